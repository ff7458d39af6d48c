import type { Point, Size } from "./boxes";

/** How image pixels lie on the screen: `screen = image * scale + offset`. */
export interface View { x: number; y: number; scale: number }

const MARGIN = 12;
const DEEPEST = 40;

/** The whole picture in the middle of the room. */
export function fitted(image: Size, room: Size): View {
  const scale = Math.max(Math.min((room.width - 2 * MARGIN) / image.width, (room.height - 2 * MARGIN) / image.height), 0.01);
  return { scale, x: (room.width - image.width * scale) / 2, y: (room.height - image.height * scale) / 2 };
}

export const toImage = (view: View, p: Point): Point => ({ x: (p.x - view.x) / view.scale, y: (p.y - view.y) / view.scale });

/** Nearer or farther, with the point under the pointer held still. */
export function zoomed(view: View, at: Point, factor: number, fit: View): View {
  const scale = Math.min(Math.max(view.scale * factor, fit.scale / 2), Math.max(DEEPEST, fit.scale));
  const p = toImage(view, at);
  return { scale, x: at.x - p.x * scale, y: at.y - p.y * scale };
}

/** Moved, with a part of the picture always in sight. */
export function panned(view: View, dx: number, dy: number, image: Size, room: Size): View {
  const held = (v: number, size: number, space: number) => Math.min(Math.max(v, Math.min(60, space) - size), space - Math.min(60, space));
  return {
    ...view, x: held(view.x + dx, image.width * view.scale, room.width), y: held(view.y + dy, image.height * view.scale, room.height),
  };
}
