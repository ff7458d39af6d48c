import { expect, test } from "vitest";
import { type Grip, boxAt, drawn, fromAnswer, gripAt, moved, resized, rounded, toAnswer } from "./boxes";
import { fitted, panned, toImage, zoomed } from "./view";

const image = { width: 100, height: 80 };

test("a drag over the edge is cut at the edge, in either direction", () => {
  expect(drawn({ x: 50, y: 40 }, { x: -10, y: 90 }, image)).toEqual({ x: 0, y: 40, w: 50, h: 40 });
});
test("a click is no box", () => expect(drawn({ x: 5, y: 5 }, { x: 6, y: 6 }, image)).toBeNull());
test("a moved box stays whole", () => expect(moved({ x: 90, y: 0, w: 8, h: 8 }, 10, -5, image)).toEqual({ x: 92, y: 0, w: 8, h: 8 }));
test("however a side is dragged, the box is inside the image and not inside out", () => {
  const grips: Grip[] = ["n", "s", "e", "w", "ne", "nw", "se", "sw", "move"];
  for (const grip of grips) for (const dx of [-200, -7, 0, 7, 200]) for (const dy of [-200, -7, 0, 7, 200]) {
    const box = resized({ x: 20, y: 20, w: 30, h: 30 }, grip, dx, dy, image);
    expect(Math.min(box.x, box.y, 100 - box.x - box.w, 80 - box.y - box.h)).toBeGreaterThanOrEqual(0);
    expect(Math.min(box.w, box.h)).toBeGreaterThanOrEqual(2);
  }
  expect(resized({ x: 20, y: 20, w: 30, h: 30 }, "se", 5, -5, image)).toEqual({ x: 20, y: 20, w: 35, h: 25 });
});
test("a box is held by its corners, its sides, and its inside", () => {
  const box = { x: 10, y: 10, w: 40, h: 40 };
  expect([gripAt(box, { x: 9, y: 11 }, 3), gripAt(box, { x: 30, y: 52 }, 3), gripAt(box, { x: 30, y: 30 }, 3), gripAt(box, { x: 60, y: 30 }, 3)])
    .toEqual(["nw", "s", "move", null]);
});
test("of boxes inside each other the smallest is chosen", () => {
  const boxes = { big: { class: "c", box: { x: 0, y: 0, w: 90, h: 70 } }, small: { class: "c", box: { x: 10, y: 10, w: 9, h: 9 } } };
  expect([boxAt(boxes, { x: 12, y: 12 }), boxAt(boxes, { x: 50, y: 50 }), boxAt(boxes, { x: 99, y: 79 })]).toEqual(["small", "big", null]);
});
test("rounding leaves a box at the edge inside the image", () => {
  const box = rounded({ x: 33.333333, y: 0.005, w: 100 - 33.333333, h: 79.995 });
  expect(box.x + box.w).toBeLessThanOrEqual(100 + 1e-9);
  expect(box.y + box.h).toBeLessThanOrEqual(80 + 1e-9);
});
test("an answer reads back as it was written", () => {
  const records = { a: { class: "cup", box: { x: 1.5, y: 2, w: 3, h: 4 } } };
  expect(fromAnswer(toAnswer(records))).toEqual(records);
});
test("zooming holds the point under the pointer; the picture never leaves the room", () => {
  const room = { width: 500, height: 400 };
  const fit = fitted(image, room);
  const near = zoomed(fit, { x: 120, y: 90 }, 3, fit);
  expect(toImage(near, { x: 120, y: 90 }).x).toBeCloseTo(toImage(fit, { x: 120, y: 90 }).x);
  const far = panned(near, -1e6, 1e6, image, room);
  expect(far.x + image.width * far.scale).toBeGreaterThanOrEqual(60);
  expect(far.y).toBeLessThanOrEqual(340);
});
