import type { JsonObject } from "@/api/types";
import { keysOf, labelled } from "@/editor/kind-ui";
import { COLORS } from "./boxes";

export interface BoxClass { id: string; label: string; color: string; key: string }

/** The classes of a project, each with a colour and a key. */
export function classesOf(config: JsonObject): BoxClass[] {
  const items = labelled(config["classes"]);
  const keys = keysOf(items);
  return items.map(({ id, label, color }, n) => ({ id, label, color: color ?? COLORS[n % COLORS.length] ?? COLORS[0], key: keys[n] ?? "" }));
}

/** What an answer names, even if the project has it no more. */
export const classOf = (classes: readonly BoxClass[], id: string): BoxClass =>
  classes.find((c) => c.id === id) ?? { id, label: id, color: "#8a8a8a", key: "" };
