import { ActionIcon, Title, Tooltip } from "@mantine/core";
import { useElementSize, useMergedRef } from "@mantine/hooks";
import { type KeyboardEvent as ReactKey, useCallback, useEffect, useMemo, useState } from "react";
import { type EditorProps, creditOf, pictureOf } from "@/editor/kind-ui";
import { occupied, pressed } from "@/editor/shortcuts";
import { useSay } from "@/kit/say";
import { Icon, type IconName } from "@/ui/Icon";
import { moved, resized } from "./boxes";
import { Canvas } from "./Canvas";
import { classOf, classesOf } from "./classes";
import { type BoxAct, KEYS, stepOf } from "./keys";
import type { BoxKey } from "./messages";
import { Panel } from "./Panel";
import { useBoxes } from "./useBoxes";
import { usePicture } from "./usePicture";
import { usePointer } from "./usePointer";
import { type View, fitted, panned, toImage, zoomed } from "./view";
import "./image.css";

const FAR = 60;
const ZOOM = 1.3;

/** Boxes by mouse or by keys alone; everything can be undone. */
export default function Editor(props: EditorProps) {
  const { config, params, answer, flaws, onChange } = props;
  const say = useSay<BoxKey>();
  const image = useMemo(() => ({ width: Number(params["width"]), height: Number(params["height"]) }), [params]);
  const classes = useMemo(() => classesOf(config), [config]);
  const { store, boxes, can, selected, fresh, faults, general, select, add, cycle } = useBoxes(answer, flaws, onChange);
  const [inHand, setInHand] = useState(classes[0]?.id ?? "");
  const [held, setHeld] = useState(false);
  const [looked, setView] = useState<View | null>(null);
  const { ref: sized, width, height } = useElementSize();
  const room = { width: Math.max(width, 1), height: Math.max(height, 1) };
  const fit = fitted(image, room);
  const view = looked ?? fit;
  const { picture, broken } = usePicture(pictureOf(props));
  const credit = creditOf(props);

  const pick = useCallback((id: string) => {
    setInHand(id);
    const box = selected === null ? undefined : store.read()[selected];
    // The class of what was just drawn was chosen before: a key now is for the next one.
    if (selected !== null && box && !fresh) store.put(selected, { ...box, class: id });
    else select(null);
  }, [fresh, select, selected, store]);
  const zoom = (factor: number) => setView(zoomed(view, { x: room.width / 2, y: room.height / 2 }, factor, fit));
  const remove = (id: string) => { if (id === selected) cycle(1); store.remove(id); };
  const pointer = usePointer({
    image, room, view, fit, boxes, selected, panning: held, setView,
    onDrawn: (box) => add({ class: inHand, box }, true),
    onChosen: select,
    onPlaced: (id, box) => { const it = store.read()[id]; if (it) store.put(id, { ...it, box }, `hold ${id}`); },
  });
  useEffect(() => { if (!pointer.busy) store.endGesture(); }, [pointer.busy, store]);

  const act = (what: BoxAct, e: KeyboardEvent) => {
    const box = selected === null ? undefined : store.read()[selected];
    const [dx, dy] = stepOf(e);
    if (what === "undo") store.undo();
    else if (what === "redo") store.redo();
    else if (what === "next") cycle(1);
    else if (what === "previous") cycle(-1);
    else if (what === "in") zoom(ZOOM);
    else if (what === "out") zoom(1 / ZOOM);
    else if (what === "fit") setView(null);
    else if (what === "leave") select(null);
    else if (what === "new") {
      const c = toImage(view, { x: room.width / 2, y: room.height / 2 });
      const side = Math.min(image.width, image.height) / 5;
      add({ class: inHand, box: moved({ x: c.x - side / 2, y: c.y - side / 2, w: side, h: side }, 0, 0, image) }, false);
    } else if (what === "remove" && selected !== null) remove(selected);
    else if (what === "move" && box && selected !== null) store.put(selected, { ...box, box: moved(box.box, dx, dy, image) }, `move ${selected}`);
    else if (what === "move") setView(panned(view, -Math.sign(dx) * FAR, -Math.sign(dy) * FAR, image, room));
    else if (what === "size" && box && selected !== null) store.put(selected, { ...box, box: resized(box.box, "se", dx, dy, image) }, `size ${selected}`);
    else return;
    e.preventDefault();
  };
  useEffect(() => {
    const down = (e: KeyboardEvent) => {
      if (occupied(e)) return;
      const named = e.ctrlKey || e.metaKey || e.altKey ? undefined : classes.find((c) => c.key !== "" && c.key === e.key);
      const what = pressed(KEYS, e);
      if (named) { pick(named.id); e.preventDefault(); }
      else if (what) act(what, e);
      else if (e.key === " " && !(e.target instanceof HTMLElement && e.target.closest("button,a"))) { setHeld(true); e.preventDefault(); }
    };
    const up = (e: KeyboardEvent) => {
      if (e.key === " ") setHeld(false);
      if (e.key.startsWith("Arrow")) store.endGesture();
    };
    addEventListener("keydown", down);
    addEventListener("keyup", up);
    return () => { removeEventListener("keydown", down); removeEventListener("keyup", up); };
  });
  /** Tab goes through the boxes, and then on through the page. */
  const walk = (e: ReactKey) => { if (e.key === "Tab" && cycle(e.shiftKey ? -1 : 1)) e.preventDefault(); };

  const chosen = selected === null ? undefined : boxes[selected];
  const tools: [icon: IconName, name: BoxKey, use: () => void, off: boolean][] = [
    ["undo", "box.undo", store.undo, !can.undo], ["redo", "box.redo", store.redo, !can.redo],
    ["minus", "box.out", () => zoom(1 / ZOOM), false], ["plus", "box.in", () => zoom(ZOOM), false], ["fit", "box.fit", () => setView(null), false],
  ];
  return (
    <div className="box-editor">
      <Title order={2} className="sr">{String(config["question"] ?? "")}</Title>
      <div className="box-stage">
        <div ref={useMergedRef(sized, pointer.ref)} className="box-canvas" data-testid="canvas" tabIndex={0} role="application" aria-label={say("box.canvas")}
          style={{ cursor: held ? "grab" : pointer.cursor }} onKeyDown={walk} {...pointer.handlers}>
          {broken ? <p className="flaw box-broken" role="alert">{say("box.broken")}</p> : (
            <Canvas image={image} room={room} view={view} picture={picture} boxes={boxes} classes={classes} selected={selected} faulty={new Set(Object.keys(faults))}
              rubber={pointer.rubber && { box: pointer.rubber, color: classOf(classes, inHand).color }} />
          )}
          <div ref={pointer.cross} className="box-cross" data-shown={pointer.cursor === "crosshair" && !held} aria-hidden />
        </div>
        <div className="box-tools">
          {tools.map(([icon, name, use, off]) => (
            <Tooltip key={name} label={say(name)}>
              <ActionIcon variant="subtle" color="gray" c="var(--ink)" size={32} aria-label={say(name)} disabled={off} onClick={use}><Icon name={icon} /></ActionIcon>
            </Tooltip>
          ))}
        </div>
        {credit && <p className="box-credit">{credit}</p>}
      </div>
      <Panel classes={classes} inHand={inHand} boxes={boxes} selected={selected} faults={faults} general={general} onClass={pick} onSelect={select} onRemove={remove} />
      <p className="sr" role="status">
        {chosen && say("box.told", { n: Object.keys(boxes).indexOf(selected ?? "") + 1, all: Object.keys(boxes).length, name: classOf(classes, chosen.class).label, w: Math.round(chosen.box.w), h: Math.round(chosen.box.h) })}
      </p>
    </div>
  );
}
