import type { Json, JsonObject } from "@/api/types";

/** Image pixels, origin top left, floats. */
export interface Box { x: number; y: number; w: number; h: number }
export interface Placed { class: string; box: Box }
export const COLORS = ["#e0592a", "#1c8a7a", "#5b6bd6", "#c4912b", "#b0458f", "#3f8f3a", "#2e86c1", "#8a5a3c", "#d23b5a"];
export const MIN_SIDE = 2;

const within = (v: number, low: number, high: number): number => Math.min(Math.max(v, low), high);

/** The box between two corners, cut at the image's edge; null if it is too small to be meant. */
export function drawn(a: { x: number; y: number }, b: { x: number; y: number }, width: number, height: number): Box | null {
  const x = within(Math.min(a.x, b.x), 0, width);
  const y = within(Math.min(a.y, b.y), 0, height);
  const w = within(Math.max(a.x, b.x), 0, width) - x;
  const h = within(Math.max(a.y, b.y), 0, height) - y;
  return w < MIN_SIDE || h < MIN_SIDE ? null : { x, y, w, h };
}

/** The box moved, kept whole inside the image. */
export const moved = (box: Box, dx: number, dy: number, width: number, height: number): Box =>
  ({ ...box, x: within(box.x + dx, 0, width - box.w), y: within(box.y + dy, 0, height - box.h) });

export const toAnswer = (records: Readonly<Record<string, Placed>>): JsonObject => ({
  objects: Object.entries(records).map(([id, { class: name, box }]) => ({ id, class: name, shape: "box", box: { ...box } }) satisfies Json),
});

export function fromAnswer(answer: JsonObject | null): Record<string, Placed> {
  const objects = (answer?.["objects"] ?? []) as unknown as (Placed & { id?: string })[];
  return Object.fromEntries(objects.map((o, n) => [o.id ?? `o${n}`, { class: o.class, box: o.box }]));
}
