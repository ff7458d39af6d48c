import type { Task } from "@/api/types";
import type { Tone } from "@/ui/Page";

/** What each state looks like: done well, under way, gone wrong, at rest. */
export const TONES = {
  active: "good", paused: "busy", archived: "calm", disabled: "bad", failing: "bad",
  open: "busy", decided: "good", canceled: "calm",
  receiving: "busy", queued: "busy", running: "busy", done: "good", failed: "bad",
  pending: "busy", dead: "bad",
} as const satisfies Record<string, Tone>;

/** The name of a task's state; one that waits for experts is told apart. */
export const stateOf = ({ state, reason }: Task): "state.escalated" | `state.${Task["state"]}` =>
  (state === "open" && reason === "escalated" ? "state.escalated" : `state.${state}`);
