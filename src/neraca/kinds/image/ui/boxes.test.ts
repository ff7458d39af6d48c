import { expect, test } from "vitest";
import { drawn, fromAnswer, moved, toAnswer } from "./boxes";

test("a drag over the edge is cut at the edge, in either direction", () => {
  expect(drawn({ x: 50, y: 40 }, { x: -10, y: 90 }, 100, 80)).toEqual({ x: 0, y: 40, w: 50, h: 40 });
});
test("a click is no box", () => expect(drawn({ x: 5, y: 5 }, { x: 6, y: 6 }, 100, 80)).toBeNull());
test("a moved box stays whole", () => expect(moved({ x: 90, y: 0, w: 8, h: 8 }, 10, -5, 100, 80)).toEqual({ x: 92, y: 0, w: 8, h: 8 }));
test("an answer reads back as it was written", () => {
  const records = { a: { class: "cup", box: { x: 1.5, y: 2, w: 3, h: 4 } } };
  expect(fromAnswer(toAnswer(records))).toEqual(records);
});
