import { Progress as Bar, Button, Skeleton } from "@mantine/core";
import { Link, useParams } from "@tanstack/react-router";
import { Suspense } from "react";
import { useMembership } from "@/api/session";
import type { Answers, Project, Task } from "@/api/types";
import { useRead, useWrite } from "@/api/useCell";
import { kindUi, labelOf, PLAIN } from "@/editor/kinds";
import { useFormat } from "@/kit/format";
import { useSaid, useSay } from "@/kit/say";
import { Empty, PageHead, State } from "@/ui/Page";
import { ProblemNote } from "@/ui/ProblemNote";
import { Sure } from "@/ui/Sure";
import { stateOf, TONES } from "./tones";

const MOST_LIKELY = 8;

/** One task: what was asked, the verdict, and every answer side by side. */
export function TaskPage() {
  const { client, project, task } = useParams({ strict: false }) as { client: string; project: string; task: string };
  const say = useSay();
  const said = useSaid();
  const format = useFormat();
  const manager = useMembership(client)?.role === "manager";
  const asked = useRead<Task>(client, `/api/tasks/${task}`);
  const told = useRead<Answers>(client, `/api/tasks/${task}/answers`);
  const { data: home } = useRead<Project>(client, `/api/projects/${project}`);
  const write = useWrite<Task>(client);
  const ui = home && (kindUi(home.kind) ?? PLAIN);
  const head = (
    <PageHead title={asked.data?.external_id ?? say("task")} within={home?.name}
      lead={<Link className="back" to="/manage/$client/$project" params={{ client, project }} search={{ tab: "tasks" }}>{say("task.back", { name: home?.name ?? "" })}</Link>}>
      {asked.data && <State tone={TONES[asked.data.state]}>{say(stateOf(asked.data))}</State>}
      {manager && asked.data?.state === "decided" && told.data && (told.data.gold === null
        ? <Button size="compact-sm" variant="default" loading={write.isPending} onClick={() => write.mutate({ path: `/api/tasks/${task}/gold`, json: {} })}>{say("gold.make")}</Button>
        : <Sure act={say("gold.retire")} question={say("gold.retire.sure")} onSure={() => write.mutate({ path: `/api/tasks/${task}/gold`, method: "DELETE" })} />)}
      {manager && asked.data?.state === "open" && <Sure act={say("task.cancel")} question={say("task.cancel.sure")} onSure={() => write.mutate({ path: `/api/tasks/${task}/cancel` })} />}
    </PageHead>
  );
  if (!asked.data || !told.data || !home || !ui) return <>{head}<ProblemNote error={asked.error ?? told.error} />{!asked.error && <Skeleton height={320} radius="lg" className="wait" />}</>;
  const shown = { params: asked.data.params, config: home.config, media: told.data.media, credits: told.data.credits };
  const { verdict, items } = told.data;
  const hint = asked.data.suggestion;
  const tell = (answer: Answers["items"][number]["answer"]) => ui.tell(answer, home.config, (k, v) => said(k, v) ?? k);
  const [alone] = Object.entries(verdict?.items ?? {}).sort((a, b) => b[1] - a[1]);
  const likely = Object.entries(verdict?.posterior ?? {}).sort((a, b) => b[1] - a[1]).slice(0, MOST_LIKELY);
  return (
    <Suspense fallback={<Skeleton height={320} radius="lg" className="wait" />}>
      {head}
      <ProblemNote error={write.error} />
      {told.data.gold && <p className="gold"><State tone="calm">{say("gold")}</State> {say("gold.about", { answer: tell(told.data.gold) })}</p>}
      <div className="task-top">
        <section className="sheet" aria-label={say("task.asked")}>
          <ui.Show {...shown} answer={null} />
          {hint && <p className="muted hint">{say(hint.source === null ? "task.suggested" : "task.suggested.by", { answer: tell(hint.answer), name: hint.source ?? "" })}</p>}
        </section>
        <section className="sheet" aria-labelledby="verdict">
          <h2 id="verdict">{say("task.verdict")}</h2>
          {verdict ? (
            <>
              <ui.Show {...shown} answer={verdict.answer} sure={verdict.objects} />
              <p className="verdict figure">{say("task.sure", { p: format.percent(verdict.confidence, 1), n: verdict.answers.length })} <span className="muted">{[say(`reason.${verdict.reason}`), verdict.reason !== "gold" && say("calibrated", { n: verdict.calibrated_on })].filter(Boolean).join(" · ")}</span></p>
              {likely.length > 0 && (
                <dl className="posterior" aria-label={say("task.posterior")}>
                  {likely.map(([name, p]) => <div key={name}><dt className="cut">{labelOf(home.config, name)}</dt><dd><Bar value={p * 100} size="sm" aria-label={labelOf(home.config, name)} /><span className="figure">{format.percent(p, 1)}</span></dd></div>)}
                </dl>
              )}
              {alone && <p className="muted hint">{say("task.items", { name: labelOf(home.config, alone[0]), p: format.percent(alone[1]) })}</p>}
            </>
          ) : <p className="muted">{say(asked.data.reason === "escalated" ? "task.escalated" : "task.none")}</p>}
        </section>
      </div>
      <h2 className="answers-title">{say("task.answers", { n: items.length })}</h2>
      {items.length === 0 && <Empty title={say("task.no-answers")}>{say("task.no-answers.about")}</Empty>}
      <div className="answers">
        {items.map((a) => {
          const differs = verdict !== null && tell(a.answer) !== tell(verdict.answer);
          const notes = [
            differs && say("task.differs"), a.surplus && say("task.surplus"), a.confirmed !== null && say(a.confirmed ? "task.confirmed" : "task.departed"),
          ].filter((note) => note !== false);
          return (
            <article className="sheet" key={a.id} aria-label={a.handle} data-differs={differs || undefined}>
              <header><b className="name">{a.handle}</b><small className="muted figure">{say(`labeler.${a.labeler_kind}`)} · {format.seconds(a.active_ms / 1000)} · {format.moment(a.submitted_at)}</small></header>
              <ui.Show {...shown} answer={a.answer} small />
              {notes.length > 0 && <p className="muted hint">{notes.join(" · ")}</p>}
            </article>
          );
        })}
      </div>
    </Suspense>
  );
}
