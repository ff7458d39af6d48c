import type { Json, JsonObject } from "@/api/types";

/** Image pixels, origin top left, floats. */
export interface Box { x: number; y: number; w: number; h: number }
export interface Placed { class: string; box: Box }
export interface Point { x: number; y: number }
export interface Size { width: number; height: number }
/** Where a box is held: a side, a corner, or its inside. */
export type Grip = "n" | "s" | "e" | "w" | "ne" | "nw" | "se" | "sw" | "move";

export const COLORS = ["#e0592a", "#1c8a7a", "#5b6bd6", "#c4912b", "#b0458f", "#3f8f3a", "#2e86c1", "#8a5a3c", "#d23b5a"] as const;
export const MIN_SIDE = 2;

const within = (v: number, low: number, high: number): number => Math.min(Math.max(v, low), high);

/** The box between two corners, cut at the image's edge; null if it is too small to be meant. */
export function drawn(a: Point, b: Point, { width, height }: Size): Box | null {
  const x = within(Math.min(a.x, b.x), 0, width);
  const y = within(Math.min(a.y, b.y), 0, height);
  const w = within(Math.max(a.x, b.x), 0, width) - x;
  const h = within(Math.max(a.y, b.y), 0, height) - y;
  return w < MIN_SIDE || h < MIN_SIDE ? null : { x, y, w, h };
}

/** The box moved, kept whole inside the image. */
export const moved = (box: Box, dx: number, dy: number, { width, height }: Size): Box =>
  ({ ...box, x: within(box.x + dx, 0, width - box.w), y: within(box.y + dy, 0, height - box.h) });

/** The box with the held side or corner moved: never inside out, never outside the image. */
export function resized(box: Box, grip: Grip, dx: number, dy: number, { width, height }: Size): Box {
  if (grip === "move") return moved(box, dx, dy, { width, height });
  let [left, top, right, bottom] = [box.x, box.y, box.x + box.w, box.y + box.h];
  if (grip.includes("w")) left = within(left + dx, 0, right - MIN_SIDE);
  if (grip.includes("e")) right = within(right + dx, left + MIN_SIDE, width);
  if (grip.includes("n")) top = within(top + dy, 0, bottom - MIN_SIDE);
  if (grip.includes("s")) bottom = within(bottom + dy, top + MIN_SIDE, height);
  return { x: left, y: top, w: right - left, h: bottom - top };
}

/** Where a point holds a box; `reach` is how near to an edge it must be. */
export function gripAt({ x, y, w, h }: Box, p: Point, reach: number): Grip | null {
  if (p.x < x - reach || p.x > x + w + reach || p.y < y - reach || p.y > y + h + reach) return null;
  // A small box has a middle too: from inside, an edge reaches no farther than a quarter of the side.
  const near = (v: number, low: number, high: number, names: [string, string]): string => {
    const [a, b] = [Math.abs(v - low), Math.abs(v - high)];
    const far = v > low && v < high ? Math.min(reach, (high - low) / 4) : reach;
    return Math.min(a, b) > far ? "" : a <= b ? names[0] : names[1];
  };
  const side = near(p.y, y, y + h, ["n", "s"]) + near(p.x, x, x + w, ["w", "e"]);
  return side === "" ? "move" : (side as Grip);
}

/** The smallest box around a point: what lies on top of a larger one can always be chosen. */
export function boxAt(boxes: Readonly<Record<string, Placed>>, p: Point): string | null {
  const around = Object.entries(boxes).filter(([, { box: b }]) => p.x >= b.x && p.x <= b.x + b.w && p.y >= b.y && p.y <= b.y + b.h);
  return around.sort(([, a], [, b]) => a.box.w * a.box.h - b.box.w * b.box.h)[0]?.[0] ?? null;
}

const hundredth = (v: number): number => Math.round(v * 100) / 100;
/** Hundredths of a pixel are enough; the edges are rounded, not the sides, so that nothing stands out of the image. */
export function rounded({ x, y, w, h }: Box): Box {
  const [left, top] = [hundredth(x), hundredth(y)];
  return { x: left, y: top, w: hundredth(hundredth(x + w) - left), h: hundredth(hundredth(y + h) - top) };
}

export const toAnswer = (records: Readonly<Record<string, Placed>>): JsonObject => ({
  objects: Object.entries(records).map(([id, { class: name, box }]) => ({ id, class: name, shape: "box", box: { ...rounded(box) } }) satisfies Json),
});

export function fromAnswer(answer: JsonObject | null): Record<string, Placed> {
  const objects = (answer?.["objects"] ?? []) as unknown as (Placed & { id?: string })[];
  return Object.fromEntries(objects.map((o, n) => [o.id ?? `o${n}`, { class: o.class, box: o.box }]));
}
