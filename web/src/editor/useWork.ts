import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { cell } from "@/api/http";
import { Problem } from "@/api/problem";
import type { JsonObject, Lease } from "@/api/types";
import { ActiveTime } from "./active-time";
import { draftSaver, dropDraft, keptDraft } from "./drafts";
import { type WorkApi, WorkStream } from "./stream";

const INPUT = ["keydown", "pointerdown", "pointermove", "wheel"] as const;
const SHORTEST_BEAT = 10_000;
const LONGEST_BEAT = 60_000;

const post = (client: string, lease: Lease, verb: string, json: object = {}): Promise<unknown> =>
  cell(client, `/api/work/leases/${lease.lease_id}/${verb}`, { method: "POST", json: { fence: lease.fence, ...json } });

const calls = (client: string, project: string): WorkApi => ({
  next: async (prefetch) => {
    const lease = await cell<Lease | null>(client, "/api/work/next", { method: "POST", json: { project_id: project, prefetch } });
    for (const url of Object.values(lease?.media ?? {})) new Image().src = url;
    return lease;
  },
  open: (lease) => post(client, lease, "open"),
  submit: (lease, answer, active_ms) => post(client, lease, "submit", { answer, active_ms }),
  skip: (lease, reason) => post(client, lease, "skip", reason === "" ? {} : { reason }),
  done: dropDraft,
});

/** The present task with the answer as it stands; drafts, heartbeats and working time follow by themselves. */
export function useWork(client: string, project: string) {
  const [stream] = useState(() => new WorkStream(calls(client, project)));
  const work = useSyncExternalStore(stream.listen, stream.read);
  const { lease, phase } = work;
  const [edited, setEdited] = useState<{ lease: string; answer: JsonObject } | null>(null);
  const [saved, setSaved] = useState<"saved" | "kept" | null>(null);
  const [drafts] = useState(() => draftSaver(
    (of: Lease, answer) => cell(client, `/api/work/leases/${of.lease_id}/draft`, { method: "PUT", json: { fence: of.fence, answer } }), setSaved));
  const [time] = useState(() => new ActiveTime(() => performance.now(), () => document.visibilityState === "visible"));

  useEffect(() => { void stream.start(); }, [stream]);
  useEffect(() => {
    time.start();
    setSaved(null);
  }, [lease?.lease_id, time]);
  useEffect(() => {
    const touched = () => time.touched();
    const ticking = setInterval(() => time.tick(), 1000);
    for (const name of INPUT) addEventListener(name, touched, { passive: true });
    return () => {
      clearInterval(ticking);
      for (const name of INPUT) removeEventListener(name, touched);
    };
  }, [time]);
  useEffect(() => {
    if (!lease || phase !== "working") return;
    // A third of what is left, so that two may be missed; the bounds hold when this machine's clock is wrong.
    const left = Date.parse(lease.lease_until) - Date.now();
    const beat = setInterval(() => {
      if (!time.working()) return;
      post(client, lease, "heartbeat").catch((e: unknown) => { if (e instanceof Problem && e.code === "lease-lost") stream.lost(lease); });
    }, Math.min(Math.max(left / 3, SHORTEST_BEAT), LONGEST_BEAT));
    return () => clearInterval(beat);
  }, [client, lease, phase, stream, time]);

  const begun = useMemo(() => lease && (keptDraft(lease) ?? lease.suggestion), [lease]);
  const answer = edited !== null && edited.lease === lease?.lease_id ? edited.answer : begun;
  const change = useCallback((next: JsonObject) => {
    if (!lease) return;
    setEdited({ lease: lease.lease_id, answer: next });
    drafts.save(lease, next);
  }, [drafts, lease]);
  const submit = useCallback((given: JsonObject) => {
    drafts.cancel();
    stream.submit(given, time.tick());
  }, [drafts, stream, time]);
  const skip = useCallback((reason: string) => {
    drafts.cancel();
    stream.skip(reason);
  }, [drafts, stream]);
  return { ...work, answer, saved, change, submit, skip, again: () => void stream.start() };
}
