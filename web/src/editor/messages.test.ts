import { expect, test } from "vitest";
import { en } from "@/kit/messages/en";
import { id } from "@/kit/messages/id";
import { kindUis } from "./kinds";

const catalogues: [name: string, en: Record<string, string>, id: Record<string, string>][] =
  [["the app", en, id], ...kindUis().map((ui): (typeof catalogues)[number] => [ui.id, ui.messages.en, ui.messages.id])];

test.each(catalogues)("%s says the same things in both languages", (_, english, indonesian) => {
  expect(Object.keys(indonesian).sort()).toEqual(Object.keys(english).sort());
});
test.each(catalogues)("%s takes the same values in both languages", (_, english, indonesian) => {
  const values = (s = ""): string[] => [...new Set([...s.matchAll(/(?<!(?:=\d+|one|other) )\{(\w+)[,}]/g)].map((m) => m[1] ?? ""))].sort();
  for (const [key, text] of Object.entries(english)) expect(values(indonesian[key]), key).toEqual(values(text));
});
test("no kind takes a sentence away from the app", () => {
  for (const ui of kindUis()) expect(Object.keys(ui.messages.en).filter((key) => key in en)).toEqual([]);
});
