import type { KindUi } from "./kind-ui";

const found = import.meta.glob<{ default: KindUi }>("../../../src/neraca/kinds/*/ui/index.ts", { eager: true });
const byId = new Map(Object.values(found).map((module) => [module.default.id, module.default]));

export const kindUi = (id: string): KindUi | undefined => byId.get(id);
export const kindIds = (): string[] => [...byId.keys()].sort();
