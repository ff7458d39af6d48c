import { app } from "./en/app";
import { manage } from "./en/manage";
import { models } from "./en/models";
import { work } from "./en/work";

/** Every sentence of the app, in English; each kind of work brings its own. */
export const en = { ...app, ...work, ...manage, ...models };

export type MessageKey = keyof typeof en;
