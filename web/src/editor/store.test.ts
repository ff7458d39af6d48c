import { expect, test } from "vitest";
import { recordStore } from "./store";

test("any gestures, undone to the start, are the start; redone to the end, the end; in the same order", () => {
  let seed = 7;
  const draw = (n: number): number => { seed = (seed * 48271) % 2147483647; return seed % n; };
  for (let round = 0; round < 300; round++) {
    const start = { a: 1, b: 2 };
    const store = recordStore<number>(start);
    const steps = draw(25);
    for (let n = 0; n < steps; n++) {
      const id = "abcd"[draw(4)] ?? "a";
      const what = draw(6);
      if (what === 0) store.remove(id);
      else if (what === 1) store.endGesture();
      else if (what === 2) { store.undo(); if (draw(2) === 0) store.redo(); }
      else store.put(id, draw(100), draw(2) === 0 ? `nudge ${id}` : undefined);
    }
    while (store.can().redo) store.redo();
    const end = Object.entries(store.read());
    while (store.can().undo) store.undo();
    expect(Object.entries(store.read())).toEqual(Object.entries(start));
    while (store.can().redo) store.redo();
    expect(Object.entries(store.read())).toEqual(end);
  }
});
test("a gesture of many steps is one to undo; the next gesture is another", () => {
  const store = recordStore<number>({ a: 0 });
  for (const n of [1, 2, 3]) store.put("a", n, "nudge a");
  store.endGesture();
  for (const n of [4, 5]) store.put("a", n, "nudge a");
  store.undo();
  expect(store.read()).toEqual({ a: 3 });
  store.undo();
  expect(store.read()).toEqual({ a: 0 });
  store.redo(); store.redo();
  expect(store.read()).toEqual({ a: 5 });
});
test("a record that comes back stands where it stood", () => {
  const store = recordStore<number>({ a: 1, b: 2, c: 3 });
  store.remove("a");
  store.undo();
  expect(Object.keys(store.read())).toEqual(["a", "b", "c"]);
});
