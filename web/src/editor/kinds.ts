import type { JsonObject } from "@/api/types";
import { type KindUi, labelled } from "./kind-ui";

const found = import.meta.glob<{ default: KindUi }>("../../../src/neraca/kinds/*/ui/index.ts", { eager: true });
const byId = new Map(Object.values(found).map((module) => [module.default.id, module.default]));

export const kindUi = (id: string): KindUi | undefined => byId.get(id);
export const kindIds = (): string[] => [...byId.keys()].sort();

/** What the ontology calls an option or class; its id if it is gone. */
export const labelOf = (config: JsonObject, id: string): string =>
  [...labelled(config["options"]), ...labelled(config["classes"])].find((o) => o.id === id)?.label ?? id;
