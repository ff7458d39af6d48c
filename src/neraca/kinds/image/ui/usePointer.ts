import { type PointerEvent, useEffect, useRef, useState } from "react";
import { type Box, type Grip, type Placed, type Point, type Size, boxAt, drawn, gripAt, resized } from "./boxes";
import { type View, panned, toImage, zoomed } from "./view";

type Gesture =
  | { kind: "draw"; from: Point; to: Point; moved: boolean }
  | { kind: "hold"; id: string; grip: Grip; from: Point; box: Box }
  | { kind: "pan"; last: Point };
interface Given {
  image: Size;
  room: Size;
  view: View;
  fit: View;
  boxes: Readonly<Record<string, Placed>>;
  selected: string | null;
  panning: boolean;
  setView: (view: View) => void;
  onDrawn: (box: Box) => void;
  onChosen: (id: string | null) => void;
  onPlaced: (id: string, box: Box) => void;
}

const REACH = 8;
const MEANT = 3;
const CURSORS: Record<Grip, string> = {
  n: "ns-resize", s: "ns-resize", e: "ew-resize", w: "ew-resize", nw: "nwse-resize", se: "nwse-resize", ne: "nesw-resize", sw: "nesw-resize", move: "move",
};

/** What a pointer does: draw, choose, move, resize, pan, zoom. */
export function usePointer(given: Given) {
  const { image, room, view, boxes, selected, panning } = given;
  const ref = useRef<HTMLDivElement>(null);
  const cross = useRef<HTMLDivElement>(null);
  const [gesture, setGesture] = useState<Gesture | null>(null);
  const [cursor, setCursor] = useState("crosshair");
  const now = useRef(given);
  useEffect(() => { now.current = given; });
  useEffect(() => {
    // Not passive: the page must not scroll or zoom with the picture.
    const wheel = (e: WheelEvent) => {
      e.preventDefault();
      const { left, top } = (e.currentTarget as HTMLElement).getBoundingClientRect();
      const g = now.current;
      if (e.shiftKey) g.setView(panned(g.view, -e.deltaX - e.deltaY, 0, g.image, g.room));
      else g.setView(zoomed(g.view, { x: e.clientX - left, y: e.clientY - top }, Math.exp(-e.deltaY / (e.ctrlKey ? 120 : 450)), g.fit));
    };
    const node = ref.current;
    node?.addEventListener("wheel", wheel, { passive: false });
    return () => node?.removeEventListener("wheel", wheel);
  }, []);
  const screen = (e: PointerEvent): Point => {
    const { left, top } = (ref.current as HTMLElement).getBoundingClientRect();
    return { x: e.clientX - left, y: e.clientY - top };
  };
  const gripOf = (p: Point): Grip | null => {
    const held = selected === null ? undefined : boxes[selected];
    return held ? gripAt(held.box, p, REACH / view.scale) : null;
  };
  const down = (e: PointerEvent) => {
    if (e.button === 2) return;
    e.preventDefault();
    ref.current?.focus({ preventScroll: true });
    ref.current?.setPointerCapture(e.pointerId);
    const [at, p] = [screen(e), toImage(view, screen(e))];
    const grip = e.shiftKey ? null : gripOf(p);
    const held = selected === null ? undefined : boxes[selected];
    if (panning || e.button === 1) setGesture({ kind: "pan", last: at });
    else if (grip && held && selected !== null) setGesture({ kind: "hold", id: selected, grip, from: p, box: held.box });
    else setGesture({ kind: "draw", from: p, to: p, moved: false });
  };
  const move = (e: PointerEvent) => {
    const [at, p] = [screen(e), toImage(view, screen(e))];
    cross.current?.style.setProperty("--at-x", `${at.x}px`);
    cross.current?.style.setProperty("--at-y", `${at.y}px`);
    const grip = gesture?.kind === "hold" ? gesture.grip : gripOf(p);
    setCursor(panning || gesture?.kind === "pan" ? "grab" : grip && !e.shiftKey ? CURSORS[grip] : "crosshair");
    if (gesture?.kind === "pan") {
      given.setView(panned(view, at.x - gesture.last.x, at.y - gesture.last.y, image, room));
      setGesture({ kind: "pan", last: at });
    } else if (gesture?.kind === "draw") {
      const far = Math.max(Math.abs(p.x - gesture.from.x), Math.abs(p.y - gesture.from.y)) * view.scale;
      setGesture({ ...gesture, to: p, moved: gesture.moved || far > MEANT });
    } else if (gesture?.kind === "hold") {
      given.onPlaced(gesture.id, resized(gesture.box, gesture.grip, p.x - gesture.from.x, p.y - gesture.from.y, image));
    }
  };
  const up = () => {
    if (gesture?.kind === "draw") {
      const box = gesture.moved ? drawn(gesture.from, gesture.to, image) : null;
      if (box) given.onDrawn(box);
      else if (!gesture.moved) given.onChosen(boxAt(boxes, gesture.from));
    }
    setGesture(null);
  };
  const rubber = gesture?.kind === "draw" && gesture.moved ? drawn(gesture.from, gesture.to, image) : null;
  return { ref, cross, cursor, rubber, busy: gesture !== null, handlers: { onPointerDown: down, onPointerMove: move, onPointerUp: up, onPointerCancel: () => setGesture(null) } };
}
