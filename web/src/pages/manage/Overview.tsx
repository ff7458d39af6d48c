import { Button, Progress as Bar, Skeleton } from "@mantine/core";
import type { Progress, Project } from "@/api/types";
import { useRead } from "@/api/useCell";
import { NOTHING, useFormat } from "@/kit/format";
import { useSay } from "@/kit/say";
import { Histogram } from "@/ui/Histogram";
import { Empty, Figures } from "@/ui/Page";
import { ProblemNote } from "@/ui/ProblemNote";
import { Ended } from "./Ended";

const EVERY = 2000;

/** How far the project is, live. */
export function Overview({ client, project, onImport }: { client: string; project: Project; onImport: (() => void) | undefined }) {
  const say = useSay();
  const format = useFormat();
  const { data, error } = useRead<Progress>(client, `/api/projects/${project.id}/progress`, EVERY);
  if (!data) return error ? <ProblemNote error={error} /> : <Skeleton height={240} radius="lg" className="wait" />;
  if (data.tasks === 0) {
    return <Empty title={say("progress.no-tasks")} action={onImport && <Button onClick={onImport}>{say("tab.import")}</Button>}>{say("progress.no-tasks.about")}</Empty>;
  }
  const told = say("progress.decided", { decided: data.decided, tasks: data.tasks });
  const { policy } = project;
  const wanted = policy.type === "fixed" ? [say("progress.fixed", { n: policy.answers })] : [
    say("progress.target", { p: format.percent(policy.confidence, 1), least: policy.min, most: policy.max }),
    policy.cost_cap && say("progress.cap", { price: format.money(policy.cost_cap) }), policy.escalate && say("progress.escalates", { skill: policy.escalate.to }),
  ];
  return (
    <div className="stack">
      <section className="sheet">
        <div className="progress-head"><h2>{told}</h2><b className="figure">{format.percent(data.decided / data.tasks, 1)}</b></div>
        <Bar value={(100 * data.decided) / data.tasks} size={10} aria-label={told} />
        <p className="muted hint">{[...wanted, data.canceled > 0 && say("progress.canceled", { n: data.canceled })].filter(Boolean).join(" · ")}</p>
        <Ended counts={data.ended} also={data.escalated > 0 ? say("progress.escalated", { n: data.escalated }) : undefined} />
      </section>
      <Figures items={[
        [say("progress.answers"), format.number(data.answers)],
        [say("progress.per-task"), data.answers_per_task === null ? NOTHING : format.number(data.answers_per_task, 2)],
        [say("progress.confidence"), format.percent(data.mean_confidence, 1)],
        [say("progress.leases"), format.number(data.live_leases)],
        [say("progress.labelers"), format.number(data.labelers)],
        [say("progress.spent"), format.money(data.spent)],
      ]} />
      {data.decided > 0 && (
        <section className="sheet">
          <h2>{say("spread")}</h2>
          <Histogram counts={data.confidence_spread} label={say("spread.about")} from={format.percent(0)} to={format.percent(1)}
            name={(n, count) => say("spread.bar", { from: format.percent(n / 20), to: format.percent((n + 1) / 20), count })} />
          <p className="muted hint">{say("spread.about")}</p>
        </section>
      )}
    </div>
  );
}
