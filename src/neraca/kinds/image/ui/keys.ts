import type { Shortcut } from "@/editor/shortcuts";

const ARROWS = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"];
const withAll = (...before: string[]): string[] => before.flatMap((b) => ARROWS.map((arrow) => b + arrow));

export type BoxAct = "class" | "draw" | "new" | "next" | "previous" | "move" | "size" | "remove" | "undo" | "redo" | "in" | "out" | "fit" | "pan" | "leave";

/** Every key of this editor, in the order of the help sheet. */
export const KEYS: readonly Shortcut<BoxAct>[] = [
  { id: "class", keys: [], shown: "1 … 9", say: "box.key.class" },
  { id: "draw", keys: [], shown: "shift", say: "box.key.draw" },
  { id: "new", keys: ["n"], say: "box.key.new" },
  { id: "next", keys: ["]"], say: "box.key.next" },
  { id: "previous", keys: ["["], say: "box.key.previous" },
  { id: "move", keys: withAll("", "shift+"), shown: "arrows", say: "box.key.move" },
  { id: "size", keys: withAll("alt+", "alt+shift+"), shown: "alt+arrows", say: "box.key.size" },
  { id: "remove", keys: ["Delete", "Backspace"], say: "box.key.remove" },
  { id: "leave", keys: ["Escape"], say: "box.key.leave" },
  { id: "undo", keys: ["mod+z"], say: "box.key.undo" },
  { id: "redo", keys: ["mod+shift+z", "mod+y"], say: "box.key.redo" },
  { id: "in", keys: ["+", "="], say: "box.key.in" },
  { id: "out", keys: ["-"], say: "box.key.out" },
  { id: "fit", keys: ["f"], say: "box.key.fit" },
  { id: "pan", keys: [], shown: " ", say: "box.key.pan" },
];

const STEPS: Record<string, readonly [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
/** How far an arrow goes: a pixel, ten with Shift. */
export function stepOf(e: KeyboardEvent): readonly [number, number] {
  const [dx, dy] = STEPS[e.key] ?? [0, 0];
  return e.shiftKey ? [dx * 10, dy * 10] : [dx, dy];
}
