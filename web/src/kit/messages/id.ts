import { app } from "./id/app";
import { manage } from "./id/manage";
import { work } from "./id/work";

/** Semua kalimat aplikasi, dalam bahasa Indonesia. */
export const id = { ...app, ...work, ...manage };
