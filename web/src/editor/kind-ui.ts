import { type ComponentType, lazy } from "react";
import type { Fault } from "@/api/problem";
import type { JsonObject } from "@/api/types";
import type { Shortcut } from "./shortcuts";

export interface Shown { params: JsonObject; config: JsonObject; media: Record<string, string>; credits: Record<string, string> }
export interface EditorProps extends Shown {
  answer: JsonObject | null;
  flaws: Fault[];
  onChange: (answer: JsonObject) => void;
  onSubmit: (answer: JsonObject) => void;
}
export interface ShowProps extends Shown {
  /** Null shows what is asked about, without an answer. */
  answer: JsonObject | null;
  small?: boolean;
  /** P(right) of each object of the answer, in its order. */
  sure?: readonly number[] | null;
}
/** One row of an ontology as it is edited; `id` is kept for good once answers may name it. */
export interface Entry { id?: string; label: string; key: string; color?: string }

/** How a kind of work is edited, shown, told in a word, and set up. */
export interface KindUi {
  id: string;
  Editor: Part<EditorProps>;
  Show: Part<ShowProps>;
  /** Whether the editor hands in by itself, so that no button has to. */
  oneStep: boolean;
  /** What is handed in when nothing was done; null where something must be. */
  blank: JsonObject | null;
  /** The name of the ontology's list in the kind's config. */
  list: "options" | "classes";
  /** The colours that entries get in turn; none if they have no colour. */
  palette: readonly string[];
  config: (question: string, entries: readonly Entry[]) => JsonObject;
  /** An answer in a few words. */
  tell: (answer: JsonObject, config: JsonObject, say: (key: string, values?: Record<string, string | number>) => string) => string;
  shortcuts: readonly Shortcut[];
  /** One line of each file that an import reads, as an example. */
  example: { csv: string; jsonl: string };
  /** Its sentences; `kind.<id>` and `kind.<id>.about` name it. */
  messages: { en: Record<string, string>; id: Record<string, string> };
}
export const defineKindUi = (ui: KindUi): KindUi => ui;

export type Part<P> = ComponentType<P> & { preload: () => Promise<unknown> };

/** A part that comes when it is needed: the editor of one kind does not load what another one draws with. */
export function part<P>(load: () => Promise<{ default: ComponentType<P> }>): Part<P> {
  return Object.assign(lazy(load) as unknown as ComponentType<P>, { preload: load });
}

/** The asset that a task shows as its picture. */
const assetOf = (params: JsonObject): string | undefined =>
  (typeof params["image"] === "string" ? params["image"].replace("asset:", "") : undefined);

export const pictureOf = ({ params, media }: Shown): string | undefined => media[assetOf(params) ?? ""];
export const creditOf = ({ params, credits }: Shown): string | undefined => credits[assetOf(params) ?? ""];

export interface Labelled { id: string; label: string; key?: string; color?: string }
export const labelled = (value: unknown): Labelled[] => (Array.isArray(value) ? (value as Labelled[]) : []);

/** The key that picks each entry: its own, or its digit, or its place among the first nine; no key twice. */
export function keysOf(items: readonly Labelled[]): string[] {
  const taken = new Set(items.map((i) => i.key).filter((k) => k !== undefined));
  const digits = items.length <= 10 && items.every((i) => /^\d$/.test(i.label));
  return items.map((item, n) => {
    if (item.key !== undefined) return item.key;
    const own = digits ? item.label : n < 9 ? String(n + 1) : "";
    return taken.has(own) ? "" : own;
  });
}

/** Ids from labels, each once; what has an id keeps it. */
export function named(entries: readonly Entry[]): (Entry & { id: string })[] {
  const taken = new Set(entries.map((e) => e.id));
  return entries.map((entry, n) => {
    if (entry.id !== undefined) return { ...entry, id: entry.id };
    const slug = entry.label.trim().toLowerCase().normalize("NFKD").replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "").slice(0, 48) || `entry-${n + 1}`;
    let id = slug;
    for (let next = 2; taken.has(id); next++) id = `${slug}-${next}`;
    taken.add(id);
    return { ...entry, id };
  });
}

/** The parts of an entry that a config stores. */
export const stored = ({ id, label, key, color }: Entry & { id: string }): JsonObject =>
  ({ id, label: label.trim(), ...(key && { key }), ...(color && { color }) });
