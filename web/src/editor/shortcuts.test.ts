import { expect, test } from "vitest";
import { type Shortcut, pressed } from "./shortcuts";

const KEYS: Shortcut[] = [
  { id: "redo", keys: ["mod+shift+z", "mod+y"], say: "" }, { id: "undo", keys: ["mod+z"], say: "" },
  { id: "next", keys: ["]"], say: "" }, { id: "far", keys: ["shift+ArrowLeft"], say: "" }, { id: "near", keys: ["ArrowLeft"], say: "" },
  { id: "help", keys: ["?"], say: "" }, { id: "wider", keys: ["alt+ArrowLeft"], say: "" }, { id: "in", keys: ["+"], say: "" },
];
const key = (name: string, init: KeyboardEventInit = {}) => pressed(KEYS, new KeyboardEvent("keydown", { key: name, ...init }));

test("a chord is told apart by its modifiers", () => {
  expect(key("z", { ctrlKey: true })).toBe("undo");
  expect(key("z", { metaKey: true })).toBe("undo");
  expect(key("Z", { ctrlKey: true, shiftKey: true })).toBe("redo");
  expect(key("ArrowLeft")).toBe("near");
  expect(key("ArrowLeft", { shiftKey: true })).toBe("far");
  expect(key("ArrowLeft", { altKey: true })).toBe("wider");
  expect(key("z")).toBeUndefined();
});
test("a sign that needs Shift or AltGr to be written is that sign", () => {
  expect(key("?", { shiftKey: true })).toBe("help");
  expect(key("+", { shiftKey: true })).toBe("in");
  expect(key("]", { ctrlKey: true, altKey: true, modifierAltGraph: true })).toBe("next");
});
