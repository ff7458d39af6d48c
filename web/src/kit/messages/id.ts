import { app } from "./id/app";
import { believed } from "./id/believed";
import { gold } from "./id/gold";
import { manage } from "./id/manage";
import { models } from "./id/models";
import { policy } from "./id/policy";
import { quality } from "./id/quality";
import { work } from "./id/work";

/** Semua kalimat aplikasi, dalam bahasa Indonesia. */
export const id = { ...app, ...work, ...believed, ...manage, ...gold, ...models, ...policy, ...quality };
