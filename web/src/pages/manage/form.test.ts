import { expect, test } from "vitest";
import type { Project } from "@/api/types";
import { kindUi } from "@/editor/kinds";
import { blank, formOf, row, sent } from "./form";

test("what a manager writes is what the API gets: money in millionths, confidence as a share, empty rows left out", () => {
  const ui = kindUi("choice");
  if (!ui) throw new Error("the kind choice has no UI");
  const form = { ...blank("choice"), name: "N", question: "Q?", entries: [row({ label: "Yes" }), row(), row({ label: "No", key: "n" })], price: 0.035, confidence: 97.5, currency: " eur " };
  expect(sent(form, ui)).toMatchObject({
    config: { question: "Q?", options: [{ id: "yes", label: "Yes" }, { id: "no", label: "No", key: "n" }] },
    price: { micros: 35_000, currency: "EUR" }, policy: { type: "target", confidence: 0.975, min: 1, max: 7 },
  });
});
test("a project edited and not changed is the same project", () => {
  for (const kind of ["choice", "image"]) {
    const ui = kindUi(kind);
    if (!ui) throw new Error(`the kind ${kind} has no UI`);
    const config = ui.config("Q?", [{ label: "A", key: "" }, { label: "B", key: "x" }]);
    const project = { name: "N", kind, config, instructions: "I", policy: { type: "target", confidence: 0.985, min: 2, max: 5 }, price: { micros: 1, currency: "IDR" }, minutes: 1.5 } as unknown as Project;
    const { name, config: again, policy, price, minutes } = sent(formOf(project, ui), ui);
    expect({ name, config: again, policy, price, minutes }).toEqual({ name: "N", config, policy: project.policy, price: project.price, minutes: 1.5 });
  }
});
