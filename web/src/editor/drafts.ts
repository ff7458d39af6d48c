/** Autosave: at once on this machine, to the server a second after the last edit. */
import type { JsonObject, Lease } from "@/api/types";

const PREFIX = "neraca.draft.";
const WAIT_MS = 1000;
/** `told`: the server has it, so that another machine may know better by now. */
interface Kept { answer: JsonObject; told: boolean }
type Named = Pick<Lease, "task_id" | "draft">;

const place = (lease: Pick<Lease, "task_id">): string => PREFIX + lease.task_id;

function keep(lease: Pick<Lease, "task_id">, kept: Kept): boolean {
  try {
    localStorage.setItem(place(lease), JSON.stringify(kept));
    return true;
  } catch {
    return false; // a full or forbidden storage: the server's copy is the only one
  }
}

/** What was begun on a task: here, if the server has not heard of it; else as the server knows it. */
export function keptDraft(lease: Named): JsonObject | null {
  try {
    const kept = JSON.parse(localStorage.getItem(place(lease)) ?? "null") as Kept | null;
    return kept !== null && (!kept.told || lease.draft === null) ? kept.answer : lease.draft;
  } catch {
    return lease.draft;
  }
}

export const dropDraft = (lease: Pick<Lease, "task_id">): void => localStorage.removeItem(place(lease));

/** Whoever leaves a shared machine leaves nothing on it. */
export function dropDrafts(): void {
  for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX)) localStorage.removeItem(key);
}

export function draftSaver<L extends Named>(send: (lease: L, answer: JsonObject) => Promise<unknown>, told: (state: "saved" | "kept") => void) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    save(lease: L, answer: JsonObject) {
      keep(lease, { answer, told: false });
      clearTimeout(timer);
      timer = setTimeout(() => {
        send(lease, answer).then(() => { keep(lease, { answer, told: true }); told("saved"); }, () => told("kept"));
      }, WAIT_MS);
    },
    cancel: () => clearTimeout(timer),
  };
}
