import { app } from "./en/app";
import { believed } from "./en/believed";
import { gold } from "./en/gold";
import { manage } from "./en/manage";
import { models } from "./en/models";
import { policy } from "./en/policy";
import { quality } from "./en/quality";
import { work } from "./en/work";

/** Every sentence of the app, in English; each kind of work brings its own. */
export const en = { ...app, ...work, ...believed, ...manage, ...gold, ...models, ...policy, ...quality };

export type MessageKey = keyof typeof en;
