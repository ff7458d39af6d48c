import type { Fault } from "@/api/problem";
import type { JsonObject, Policy, Project } from "@/api/types";
import { type Entry, type KindUi, labelled } from "@/editor/kind-ui";

/** A project as it is edited. Numbers are what a person writes: percent and whole units of money. */
export interface Form {
  name: string;
  kind: string;
  question: string;
  entries: (Entry & { row: number })[];
  instructions: string;
  policy: Policy["type"];
  answers: number;
  confidence: number;
  least: number;
  most: number;
  /** What the answers to a task may cost, in whole units; 0 for no cap. */
  cap: number;
  /** The skill of those who are asked where others cannot tell, empty for nobody; at most so many of them. */
  escalate: string;
  experts: number;
  /** How much of a new labeler's work is gold. */
  gold: number;
  /** Gold tasks of the exam, how much of them must be right (percent), how often it may be tried; 0 tasks for none. */
  exam: number;
  examRight: number;
  examAttempts: number;
  price: number;
  currency: string;
  minutes: number;
}

let rows = 0;
export const row = (entry: Partial<Entry> = {}): Form["entries"][number] => ({ label: "", key: "", ...entry, row: ++rows });

export const blank = (kind: string): Form => ({
  name: "", kind, question: "", entries: [row(), row()], instructions: "", policy: "target",
  answers: 3, confidence: 95, least: 1, most: 7, cap: 0, escalate: "", experts: 1, gold: 0, exam: 0, examRight: 80, examAttempts: 1, price: 0.05, currency: "USD", minutes: 0.25,
});

export function formOf(project: Project, ui: KindUi): Form {
  const { policy, config } = project;
  const form = blank(project.kind);
  return {
    ...form, name: project.name, question: String(config["question"] ?? ""), instructions: project.instructions,
    entries: labelled(config[ui.list]).map((l) => row({ id: l.id, label: l.label, key: l.key ?? "", ...(l.color && { color: l.color }) })),
    price: project.price.micros / 1e6, currency: project.price.currency, minutes: project.minutes, policy: policy.type,
    gold: Math.round((policy.gold_share ?? 0) * 1e4) / 100,
    ...(policy.exam && { exam: policy.exam.tasks, examRight: Math.round(policy.exam.right * 1e4) / 100, examAttempts: policy.exam.attempts }),
    ...(policy.type === "fixed" ? { answers: policy.answers } : { confidence: Math.round(policy.confidence * 1e6) / 1e4, least: policy.min, most: policy.max }),
    ...(policy.type === "target" && policy.cost_cap && { cap: policy.cost_cap.micros / 1e6 }),
    ...(policy.type === "target" && policy.escalate && { escalate: policy.escalate.to, experts: policy.escalate.answers }),
  };
}

const money = (amount: number, form: Form) => ({ micros: Math.round(amount * 1e6), currency: form.currency.trim().toUpperCase() });

/** The policy as the API gets it; of what it does not have it says nothing. */
export function policyOf(form: Form): Policy {
  const gold = {
    ...(form.gold > 0 && { gold_share: Math.round(form.gold * 100) / 1e4 }),
    ...(form.exam > 0 && { exam: { tasks: form.exam, right: Math.round(form.examRight * 100) / 1e4, attempts: form.examAttempts } }),
  };
  if (form.policy === "fixed") return { type: "fixed", answers: form.answers, ...gold };
  return {
    type: "target", confidence: Math.round(form.confidence * 1e4) / 1e6, min: form.least, max: form.most,
    ...(form.cap > 0 && { cost_cap: money(form.cap, form) }),
    ...(form.escalate.trim() && { escalate: { to: form.escalate.trim(), answers: form.experts } }), ...gold,
  };
}

/** What is sent; rows that were left empty are not meant. */
export const sent = (form: Form, ui: KindUi): JsonObject => ({
  name: form.name, kind: form.kind, config: ui.config(form.question, meant(form)), instructions: form.instructions, policy: policyOf(form) as unknown as JsonObject,
  price: money(form.price, form), minutes: form.minutes,
});

/** How many classes an answer may be, as far as they are named. */
export const classesOf = (form: Form): number => Math.max(meant(form).filter((e) => e.label.trim() !== "").length, 2);

/** The question what this policy will take; a pilot's own labelers are known where it goes on itself. */
export const forecastOf = (form: Form, tasks: number, pilot: string | undefined, continued: boolean): JsonObject => ({
  kind: form.kind, classes: classesOf(form), policy: policyOf(form) as unknown as JsonObject, price: money(form.price, form), tasks,
  ...(pilot && { pilot_id: pilot, continued }),
});

export const meant = (form: Form): Form["entries"] => form.entries.filter((e) => e.label.trim() !== "" || e.key !== "");

/** What is missing, under the names of its fields; told before anything is sent. */
export function missing(form: Form, ui: KindUi): Fault[] {
  const named = meant(form).filter((e) => e.label.trim() !== "").length;
  return [
    ...(form.name.trim() ? [] : ["name"]), ...(form.question.trim() ? [] : ["config/question"]),
    ...(named > 0 ? [] : [`config/${ui.list}/0/label`]),
  ].map((path) => ({ pointer: `#/${path}`, code: "required", detail: "" }));
}

/** The names under which faults of a project come back, longest first where they nest. */
export const fieldsOf = (form: Form, ui: KindUi): string[] => [
  "name", "kind", "config", "config/question", `config/${ui.list}`, "instructions", "policy", "policy/answers", "policy/confidence", "policy/min", "policy/max", "policy/cost_cap", "policy/escalate/to", "policy/escalate/answers", "policy/gold_share", "policy/exam/tasks", "policy/exam/right", "policy/exam/attempts", "policy/exam",
  "price", "price/currency", "minutes",
  `config/${ui.list}/0/label`, ...meant(form).flatMap((_, n) => ["label", "key", "id", "color"].map((part) => `config/${ui.list}/${n}/${part}`)),
];
