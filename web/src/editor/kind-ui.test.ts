import { expect, test } from "vitest";
import { keysOf, named } from "./kind-ui";

test("a key is an entry's own, its digit, or its place, and never given twice", () => {
  const items = (...labels: string[]) => labels.map((label) => ({ id: label, label }));
  expect(keysOf(items("0", "1", "2"))).toEqual(["0", "1", "2"]);
  expect(keysOf(items("Cup", "Person"))).toEqual(["1", "2"]);
  expect(keysOf([{ id: "a", label: "A", key: "2" }, { id: "b", label: "B" }])).toEqual(["2", ""]);
  expect(keysOf(items(..."abcdefghijk"))[9]).toBe("");
});
test("ids come from labels, stay what they were, and are never the same", () => {
  const entries = [{ label: "A thing", key: "" }, { label: "a-thing", key: "" }, { id: "a-thing-2", label: "Renamed", key: "" }, { label: "日本", key: "" }];
  expect(named(entries).map((e) => e.id)).toEqual(["a-thing", "a-thing-3", "a-thing-2", "entry-4"]);
});
