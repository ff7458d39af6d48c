import { expect, test } from "vitest";
import { en } from "./en";
import { id } from "./id";

test("both catalogues say the same things", () => expect(Object.keys(id).sort()).toEqual(Object.keys(en).sort()));
test("both take the same values", () => {
  const values = (s: string): string[] => [...s.matchAll(/\{(\w+)/g)].map((m) => m[1] ?? "").sort();
  for (const [key, text] of Object.entries(en)) expect(values(id[key as keyof typeof en]), key).toEqual(values(text));
});
