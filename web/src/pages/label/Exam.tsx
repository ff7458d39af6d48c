import { Alert } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useRef } from "react";
import type { ExamStanding, Lease } from "@/api/types";
import { useSay } from "@/kit/say";

/** Reads where the labeler stands again once an exam may have ended; tells whether one was sat on this page. */
export function useExam(client: string, project: string, lease: Lease | null, phase: string, standing: ExamStanding | null): boolean {
  const queries = useQueryClient();
  const sat = useRef(false);
  const examined = Boolean(lease?.exam);
  // The last answer of an exam is stored by the time the next task is here, or the word that there is none.
  const after = examined || standing?.state === "passed" ? null : (lease?.lease_id ?? (phase === "done" ? "none" : null));
  useEffect(() => {
    if (examined) sat.current = true;
    else if (sat.current && after !== null) void queries.invalidateQueries({ queryKey: ["instructions", client, project] });
  }, [examined, after, client, project, queries]);
  return sat.current;
}

/** Above a task: that it is one of the exam, or how the exam went. */
export function ExamNote({ lease, standing, sat }: { lease: Lease | null; standing: ExamStanding | null; sat: boolean }) {
  const say = useSay();
  const note = (text: ReactNode, color: string) => <Alert color={color} role="status" py={6} px="md">{text}</Alert>;
  if (lease?.exam) {
    const { answered, tasks, attempt, attempts, wanted } = lease.exam;
    const place = say("exam.task", { n: Math.min(answered + 1, tasks), tasks });
    const which = attempts > 1 && ` · ${say("exam.attempt", { n: attempt, attempts })}`;
    const about = answered > 0 ? "" : say(attempt > 1 && sat ? "exam.next" : "exam.begin", { tasks, wanted });
    return note(<><b className="figure">{place}{which}</b>{about && <> · {about}</>}</>, "blue");
  }
  if (lease && sat && standing?.state === "passed") return note(say("exam.well", { correct: standing.correct ?? 0, tasks: standing.answered }), "green");
  return null;
}

/** In place of work: an exam that was not passed, or that has no more tasks now. */
export function ExamOver({ standing }: { standing: ExamStanding }) {
  const say = useSay();
  const { state, answered, correct, tasks, wanted } = standing;
  return state === "failed" ? (
    <><h2>{say("exam.over")}</h2><p className="muted">{say("exam.over.about", { correct: correct ?? 0, tasks, wanted })}</p></>
  ) : (
    <><h2>{say("exam.stuck")}</h2><p className="muted">{say("exam.stuck.about", { answered, tasks })}</p></>
  );
}
