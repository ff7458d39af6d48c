import { useCallback, useEffect, useRef, useState } from "react";
import { cell } from "@/api/http";
import { type Fault, Problem } from "@/api/problem";
import type { JsonObject, Lease } from "@/api/types";
import { ActiveTime } from "./active-time";
import { draftSaver, dropDraft, keptDraft } from "./drafts";

export type Phase = "loading" | "working" | "sending" | "done";

/** One labeler's stream of leases in one project: the next is fetched while this one is worked on. */
export function useWork(client: string, project: string) {
  const [lease, setLease] = useState<Lease | null>(null);
  const [answer, setAnswer] = useState<JsonObject | null>(null);
  const [phase, setPhase] = useState<Phase>("loading");
  const [flaws, setFlaws] = useState<Fault[]>([]);
  const [error, setError] = useState<unknown>(null);
  const [saved, setSaved] = useState<"saved" | "failed" | null>(null);
  const ahead = useRef<Promise<Lease | null> | null>(null);
  const [drafts] = useState(() => draftSaver(client, setSaved));
  const [time] = useState(() => new ActiveTime(() => performance.now(), () => document.visibilityState === "visible"));

  const ask = useCallback((prefetch: boolean) => cell<Lease | null>(client, "/api/work/next", {
    method: "POST", json: { project_id: project, prefetch },
  }), [client, project]);

  const show = useCallback((next: Lease | null) => {
    setLease(next);
    setAnswer(next && keptDraft(next));
    setFlaws([]);
    setSaved(null);
    setPhase(next ? "working" : "done");
    time.start();
    if (next) ahead.current = ask(true).then((l) => {
      for (const url of Object.values(l?.media ?? {})) new Image().src = url;
      return l;
    }).catch(() => null);
  }, [ask, time]);

  const advance = useCallback(async () => {
    try {
      const ready = await ahead.current;
      ahead.current = null;
      if (!ready) return show(await ask(false));
      setLease(ready);
      setAnswer(keptDraft(ready));
      const opened = await cell<Partial<Lease> | null>(client, `/api/work/leases/${ready.lease_id}/open`, {
        method: "POST", json: { fence: ready.fence },
      }).catch((e: unknown) => { if (e instanceof Problem && e.status === 409) return "lost" as const; throw e; });
      show(opened === "lost" ? await ask(false) : ready);
    } catch (e) { setError(e); setPhase("working"); }
  }, [ask, client, show]);

  useEffect(() => { ask(false).then(show, (e: unknown) => { setError(e); setPhase("done"); }); }, [ask, show]);

  useEffect(() => {
    const touched = () => time.touched();
    const ticking = setInterval(() => time.tick(), 1000);
    for (const name of ["keydown", "pointerdown", "pointermove", "wheel"]) addEventListener(name, touched, { passive: true });
    return () => {
      clearInterval(ticking);
      for (const name of ["keydown", "pointerdown", "pointermove", "wheel"]) removeEventListener(name, touched);
    };
  }, [time]);

  useEffect(() => {
    if (!lease) return;
    const beat = setInterval(() => void cell(client, `/api/work/leases/${lease.lease_id}/heartbeat`, {
      method: "POST", json: { fence: lease.fence },
    }).catch(() => undefined), 60_000);
    return () => clearInterval(beat);
  }, [client, lease]);

  const change = (next: JsonObject) => { setAnswer(next); if (lease) drafts.save(lease, next); };

  const end = async (verb: "submit" | "skip", json: JsonObject) => {
    if (!lease || phase !== "working") return;
    drafts.cancel();
    setPhase("sending");
    setError(null);
    try {
      await cell(client, `/api/work/leases/${lease.lease_id}/${verb}`, { method: "POST", json: { fence: lease.fence, ...json } });
      dropDraft(lease);
      await advance();
    } catch (e) {
      setError(e);
      setPhase("working");
      if (e instanceof Problem && e.status === 422) setFlaws(e.faults);
      // The lease ran out: what was done stays in this browser; the next lease of this task takes it up again.
      if (e instanceof Problem && e.status === 409) await ask(false).then(show, () => undefined);
    }
  };
  return {
    lease, answer, phase, flaws, error, saved, change,
    submit: (given: JsonObject | null = answer) => end("submit", { answer: given ?? {}, active_ms: time.tick() }),
    skip: () => end("skip", {}),
  };
}
