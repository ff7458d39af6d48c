import type { ComponentType } from "react";
import type { Fault } from "@/api/problem";
import type { JsonObject } from "@/api/types";

export interface Shown { params: JsonObject; config: JsonObject; media: Record<string, string> }
export interface EditorProps extends Shown {
  answer: JsonObject | null;
  flaws: Fault[];
  onChange: (answer: JsonObject) => void;
  onSubmit: (answer: JsonObject) => void;
}
/** How a kind of work is edited, shown, and set up. */
export interface KindUi {
  id: string;
  Editor: ComponentType<EditorProps>;
  Show: ComponentType<Shown & { answer: JsonObject | null }>;
  /** The name of the ontology's list in the kind's config. */
  list: "options" | "classes";
  /** A config from the question and what the list names. */
  config: (question: string, labels: string[]) => JsonObject;
}
export const defineKindUi = (ui: KindUi): KindUi => ui;

/** The address of `asset:<id>` among the media of a lease. */
export const pictureOf = ({ params, media }: Shown): string | undefined => {
  const image = params["image"];
  return typeof image === "string" ? (media[image.replace("asset:", "")] ?? media[image]) : undefined;
};

export interface Labelled { id: string; label: string; key?: string; color?: string }
export const labelled = (value: unknown): Labelled[] => (Array.isArray(value) ? (value as Labelled[]) : []);

/** The key that picks the nth entry: its own, or its digit. */
export const keyOf = (item: Labelled, n: number, count: number): string =>
  item.key ?? (count <= 10 && /^\d$/.test(item.label) ? item.label : n < 9 ? String(n + 1) : "");

export const slugs = (labels: string[]): Labelled[] =>
  labels.map((label, n) => ({ id: label.trim().toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "") || `o${n + 1}`, label: label.trim() }));
