import { expect, test } from "vitest";
import { recordStore } from "./store";

test("any gestures, undone to the start, are the start; redone to the end, the end", () => {
  let seed = 7;
  const draw = (n: number): number => { seed = (seed * 48271) % 2147483647; return seed % n; };
  for (let round = 0; round < 200; round++) {
    const start = { a: 1, b: 2 };
    const store = recordStore<number>(start);
    const steps = draw(20);
    for (let n = 0; n < steps; n++) {
      const id = "abcd"[draw(4)] ?? "a";
      if (draw(3) === 0) store.remove(id);
      else store.put(id, draw(100));
    }
    const end = store.read();
    for (let n = 0; n < steps; n++) store.undo();
    expect(store.read()).toEqual(start);
    for (let n = 0; n < steps; n++) store.redo();
    expect(store.read()).toEqual(end);
  }
});

test("what is loaded is not undone", () => {
  const store = recordStore<number>();
  store.apply({ added: { a: 1 } }, "load");
  store.undo();
  expect(store.read()).toEqual({ a: 1 });
});
