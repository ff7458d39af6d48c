import { Button, Group, Kbd, Stack, Text, Title } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import type Konva from "konva";
import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { Image as Picture, Layer, Rect, Stage, Transformer } from "react-konva";
import { type EditorProps, keyOf, labelled, pictureOf } from "@/editor/kind-ui";
import { recordStore } from "@/editor/store";
import { useSay } from "@/kit/t";
import { type Box, COLORS, type Placed, drawn, fromAnswer, moved, toAnswer } from "./boxes";

const ARROWS: Record<string, readonly [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
type Point = { x: number; y: number };

/** Boxes: drag draws with the class in hand; digits change class; everything can be undone. */
export function Editor(props: EditorProps) {
  const { config, params, answer, flaws, onChange } = props;
  const say = useSay();
  const [width, height] = [Number(params["width"]), Number(params["height"])];
  const classes = labelled(config["classes"]);
  const [store] = useState(() => recordStore<Placed>(fromAnswer(answer)));
  const boxes = useSyncExternalStore(store.listen, store.read);
  const [inHand, setInHand] = useState(classes[0]?.id ?? "");
  const [selected, setSelected] = useState<string | null>(null);
  const [drag, setDrag] = useState<{ from: Point; to: Point } | null>(null);
  const [panning, setPanning] = useState(false);
  const [view, setView] = useState<{ x: number; y: number; scale: number } | null>(null);
  const [picture, setPicture] = useState<HTMLImageElement | null>(null);
  const { ref, width: room } = useElementSize();
  const tall = Math.max(320, Math.min(innerHeight - 260, 800));
  const fit = room > 0 ? Math.min(room / width, tall / height) : 1;
  const at = view ?? { x: (room - width * fit) / 2, y: (tall - height * fit) / 2, scale: fit };
  const grips = useRef<Konva.Transformer>(null);
  const source = pictureOf(props);
  const color = (id: string): string => {
    const n = classes.findIndex((c) => c.id === id);
    return classes[n]?.color ?? COLORS[Math.max(n, 0) % COLORS.length] ?? "#e0592a";
  };
  useEffect(() => {
    if (!source) return;
    const image = new Image();
    image.onload = () => setPicture(image);
    image.src = source;
  }, [source]);
  const changed = useRef(onChange);
  useEffect(() => { changed.current = onChange; });
  useEffect(() => store.listen(() => changed.current(toAnswer(store.read()))), [store]);
  useEffect(() => {
    const node = selected && grips.current?.getStage()?.findOne((n: Konva.Node) => n.id() === selected);
    grips.current?.nodes(node ? [node] : []);
  }, [selected, boxes]);
  const first = flaws.find((f) => f.pointer.includes("objects"))?.pointer.match(/objects\/(\d+)/)?.[1];
  useEffect(() => { if (first !== undefined) setSelected(Object.keys(store.read())[Number(first)] ?? null); }, [first, store]);
  const pick = useCallback((id: string) => {
    setInHand(id);
    const held = selected === null ? undefined : store.read()[selected];
    if (selected !== null && held) store.put(selected, { ...held, class: id });
  }, [selected, store]);
  useEffect(() => {
    const pressed = (e: KeyboardEvent) => {
      if (e.target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(e.target.tagName)) return;
      const held = selected === null ? undefined : store.read()[selected];
      const arrow = ARROWS[e.key];
      const named = classes.find((c, n) => keyOf(c, n, classes.length) === e.key);
      if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === "z") (e.shiftKey ? store.redo : store.undo)();
      else if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === "y") store.redo();
      else if (e.ctrlKey || e.metaKey || e.altKey) return;
      else if (e.key === " " && !(e.target instanceof HTMLButtonElement)) setPanning(true);
      else if (e.key === "f") setView(null);
      else if (e.key === "Escape") setSelected(null);
      else if (named) pick(named.id);
      else if (held && selected && arrow) {
        const step = e.shiftKey ? 10 : 1;
        store.put(selected, { ...held, box: moved(held.box, arrow[0] * step, arrow[1] * step, width, height) });
      } else if (selected && (e.key === "Delete" || e.key === "Backspace")) { store.remove(selected); setSelected(null); }
      else return;
      e.preventDefault();
    };
    const released = (e: KeyboardEvent) => { if (e.key === " ") setPanning(false); };
    addEventListener("keydown", pressed);
    addEventListener("keyup", released);
    return () => { removeEventListener("keydown", pressed); removeEventListener("keyup", released); };
  });
  const here = (stage: Konva.Stage | null): Point => {
    const p = stage?.getPointerPosition() ?? { x: 0, y: 0 };
    return { x: (p.x - at.x) / at.scale, y: (p.y - at.y) / at.scale };
  };
  const wheel = (e: Konva.KonvaEventObject<WheelEvent>) => {
    e.evt.preventDefault();
    const p = here(e.target.getStage());
    const scale = Math.min(Math.max(at.scale * Math.exp(-e.evt.deltaY / 500), fit / 4), 40);
    setView({ scale, x: at.x + p.x * (at.scale - scale), y: at.y + p.y * (at.scale - scale) });
  };
  const drop = () => {
    const box = drag && drawn(drag.from, drag.to, width, height);
    setDrag(null);
    if (!box) return;
    const id = crypto.randomUUID();
    store.put(id, { class: inHand, box });
    setSelected(id);
  };
  const reshape = (id: string, node: Konva.Node) => {
    const [w, h] = [node.width() * node.scaleX(), node.height() * node.scaleY()];
    const box = drawn({ x: node.x(), y: node.y() }, { x: node.x() + w, y: node.y() + h }, width, height);
    node.scale({ x: 1, y: 1 });
    const held = store.read()[id];
    if (held) store.put(id, { ...held, box: box ?? held.box });
  };
  const rubber: Box | null = drag && drawn(drag.from, drag.to, width, height);
  return (
    <Stack className="card" gap="sm">
      <Group justify="space-between">
        <Title order={2} size="h4">{String(config["question"] ?? "")}</Title>
        <Group gap="xs">
          <Button size="xs" variant="default" onClick={store.undo}>{say("box.undo")}</Button>
          <Button size="xs" variant="default" onClick={store.redo}>{say("box.redo")}</Button>
          <Button size="xs" variant="default" onClick={() => setView(null)}>{say("box.fit")}</Button>
        </Group>
      </Group>
      <Group gap="xs" role="group" aria-label={say("box.classes")}>
        {classes.map((c, n) => (
          <Button key={c.id} size="xs" variant={inHand === c.id ? "filled" : "outline"} color={color(c.id)} aria-pressed={inHand === c.id}
            onClick={() => pick(c.id)} rightSection={<Kbd size="xs">{keyOf(c, n, classes.length)}</Kbd>}>{c.label}</Button>
        ))}
      </Group>
      {flaws.map((f, n) => <Text key={n} c="red" role="alert">{f.detail}</Text>)}
      <div ref={ref} data-testid="canvas" style={{ cursor: panning ? "grab" : "crosshair" }}>
        <Stage width={Math.max(room, 1)} height={tall} x={at.x} y={at.y} scaleX={at.scale} scaleY={at.scale} draggable={panning} onWheel={wheel}
          onDragEnd={(e) => { if (e.target === e.target.getStage()) setView({ ...at, x: e.target.x(), y: e.target.y() }); }}
          onMouseDown={(e) => { if (!panning && !e.target.draggable() && !e.target.hasName("_anchor")) { const p = here(e.target.getStage()); setSelected(null); setDrag({ from: p, to: p }); } }}
          onMouseMove={(e) => { if (drag) setDrag({ ...drag, to: here(e.target.getStage()) }); }}
          onMouseUp={drop} onMouseLeave={drop}>
          <Layer listening={false}>{picture && <Picture image={picture} width={width} height={height} />}</Layer>
          <Layer>
            {Object.entries(boxes).map(([id, { class: name, box }]) => (
              <Rect key={id} id={id} x={box.x} y={box.y} width={box.w} height={box.h} stroke={color(name)} strokeWidth={2} strokeScaleEnabled={false}
                fill={id === selected ? `${color(name)}33` : "transparent"} draggable={!panning && id === selected}
                onMouseDown={(e) => { if (!panning) { e.cancelBubble = true; setSelected(id); } }}
                onDragEnd={(e) => { e.cancelBubble = true; store.put(id, { class: name, box: moved({ ...box, x: e.target.x(), y: e.target.y() }, 0, 0, width, height) }); }}
                onTransformEnd={(e) => reshape(id, e.target)} />
            ))}
            {rubber && <Rect x={rubber.x} y={rubber.y} width={rubber.w} height={rubber.h} stroke={color(inHand)} strokeWidth={2} strokeScaleEnabled={false} dash={[6, 4]} listening={false} />}
            <Transformer ref={grips} rotateEnabled={false} keepRatio={false} flipEnabled={false} ignoreStroke />
          </Layer>
        </Stage>
      </div>
      <Group gap="xs" role="list" aria-label={say("box.objects")}>
        {Object.entries(boxes).map(([id, o], n) => (
          <Button key={id} size="xs" role="listitem" variant={id === selected ? "filled" : "light"} color={color(o.class)} onClick={() => setSelected(id)}>
            {say("box.object", { n: n + 1, name: classes.find((c) => c.id === o.class)?.label ?? o.class })}
          </Button>
        ))}
      </Group>
    </Stack>
  );
}
