/** Autosave: at once on this machine, to the server 1.2 s after the last edit. The only file that touches storage. */
import { cell } from "@/api/http";
import type { JsonObject, Lease } from "@/api/types";

const place = (lease: Lease): string => `neraca.draft.${lease.task_id}`;

export function keptDraft(lease: Lease): JsonObject | null {
  try {
    return (JSON.parse(localStorage.getItem(place(lease)) ?? "null") as JsonObject | null) ?? lease.draft;
  } catch {
    return lease.draft;
  }
}

export const dropDraft = (lease: Lease): void => localStorage.removeItem(place(lease));

export function draftSaver(client: string, told: (state: "saved" | "failed") => void) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    save(lease: Lease, answer: JsonObject) {
      localStorage.setItem(place(lease), JSON.stringify(answer));
      clearTimeout(timer);
      timer = setTimeout(() => {
        cell(client, `/api/work/leases/${lease.lease_id}/draft`, { method: "PUT", json: { fence: lease.fence, answer } })
          .then(() => told("saved"), () => told("failed"));
      }, 1200);
    },
    cancel: () => clearTimeout(timer),
  };
}
