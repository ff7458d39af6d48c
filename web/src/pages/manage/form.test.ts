import { expect, test } from "vitest";
import type { Project } from "@/api/types";
import { kindUi } from "@/editor/kinds";
import { blank, forecastOf, formOf, row, sent } from "./form";

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
    const project = { name: "N", kind, config, instructions: "I", policy: { type: "target", confidence: 0.985, min: 2, max: 5, cost_cap: { micros: 70_000, currency: "IDR" }, escalate: { to: "judge", answers: 2 } }, price: { micros: 1, currency: "IDR" }, minutes: 1.5 } as unknown as Project;
    const { name, config: again, policy, price, minutes } = sent(formOf(project, ui), ui);
    expect({ name, config: again, policy, price, minutes }).toEqual({ name: "N", config, policy: project.policy, price: project.price, minutes: 1.5 });
  }
});

test("a policy says nothing of a cap and of experts that it does not have", () => {
  const form = { ...blank("choice"), entries: ["A", "B", "C"].map((label) => row({ label })) };
  expect(forecastOf(form, 500, "", false)).toEqual({
    kind: "choice", classes: 3, tasks: 500, price: { micros: 50_000, currency: "USD" }, policy: { type: "target", confidence: 0.95, min: 1, max: 7 },
  });
  const more = { ...form, cap: 0.2, escalate: " judge ", experts: 2 };
  expect(forecastOf(more, 500, "p", true)).toMatchObject({
    pilot_id: "p", continued: true, policy: { cost_cap: { micros: 200_000, currency: "USD" }, escalate: { to: "judge", answers: 2 } },
  });
  expect(forecastOf({ ...more, policy: "fixed" }, 500, "p", false)["policy"]).toEqual({ type: "fixed", answers: 3 });
});
