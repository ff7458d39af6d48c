import type { JsonObject } from "@/api/types";
import type { Language } from "@/kit/language";
import { type KindUi, labelled, part } from "./kind-ui";

const found = import.meta.glob<{ default: KindUi }>("../../../src/neraca/kinds/*/ui/index.ts", { eager: true });
const byId = new Map(Object.values(found).map((module) => [module.default.id, module.default]));

/** What is shown of work whose kind has no editor in this app: its parts as they are. */
export const PLAIN: Pick<KindUi, "Show" | "tell"> = { Show: part(() => import("./Plain")), tell: () => "" };

export const kindUi = (id: string): KindUi | undefined => byId.get(id);
export const kindUis = (): KindUi[] => [...byId.values()].sort((a, b) => a.id.localeCompare(b.id));

/** What the kinds say, beside what the app says. */
export const kindMessages = (language: Language): Record<string, string> =>
  Object.assign({}, ...kindUis().map((ui) => ui.messages[language])) as Record<string, string>;

/** What the ontology calls an option or class; its id if it is gone. */
export const labelOf = (config: JsonObject, id: string): string =>
  [...labelled(config["options"]), ...labelled(config["classes"])].find((o) => o.id === id)?.label ?? id;
