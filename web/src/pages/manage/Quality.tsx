import { Button, Skeleton } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Doubt, Project, Quality as Told } from "@/api/types";
import { useRead } from "@/api/useCell";
import { labelOf } from "@/editor/kinds";
import { NOTHING, useFormat } from "@/kit/format";
import { useSay } from "@/kit/say";
import { Histogram } from "@/ui/Histogram";
import { Empty, Figures } from "@/ui/Page";
import { ProblemNote } from "@/ui/ProblemNote";
import { type Column, Table } from "@/ui/Table";
import { Calibrated, Savings } from "./Calibrated";
import { Ended } from "./Ended";
import { Judged } from "./Judged";
import { ObjectClasses } from "./ObjectClasses";

const EVERY = 10_000;
/** Doubtful tasks that are shown before one asks for the others. */
const FIRST = 10;
/** So many of the latest verdicts are looked at. */
const LATEST = 1000;

interface Props { client: string; project: Project }

/** How far a project's labels can be believed: its verdicts, its doubtful tasks, its classes, its labelers. */
export function Quality({ client, project }: Props) {
  const say = useSay();
  const format = useFormat();
  const { data, error } = useRead<Told>(client, `/api/projects/${project.id}/quality`, EVERY);
  if (!data) return error ? <ProblemNote error={error} /> : <Skeleton height={240} radius="lg" className="wait" />;
  if (data.verdicts === 0 && data.estimated_at === null) return <Empty title={say("quality.none")}>{say("quality.none.about")}</Empty>;
  const { agreement, reasons } = data;
  const drawn = data.right_of === "objects";
  return (
    <div className="stack">
      <Figures items={[
        [say(drawn ? "quality.right.objects" : "quality.right"), format.percent(data.mean_confidence, 1)],
        [say("progress.per-task"), data.mean_answers === null ? NOTHING : format.number(data.mean_answers, 2)],
        [say("quality.cost"), data.cost_per_task ? format.money(data.cost_per_task) : NOTHING],
        [say(drawn ? "quality.cost.right.objects" : "quality.cost.right"), data.cost_per_right ? format.money(data.cost_per_right) : NOTHING],
        [say("quality.alpha"), agreement ? format.number(agreement.alpha, 2) : NOTHING],
      ]} />
      {data.verdicts >= LATEST && <p className="muted hint">{say("quality.latest", { n: data.verdicts })}</p>}
      {drawn && <p className="muted hint">{say("quality.right.objects.about")}</p>}
      <div className="task-top">
        <section className="sheet">
          <h2>{say("spread")}</h2>
          <Histogram counts={data.confidence} label={say("spread.about")} from={format.percent(0)} to={format.percent(1)}
            name={(n, count) => say("spread.bar", { from: format.percent(n / 20), to: format.percent((n + 1) / 20), count })} />
          <Ended counts={reasons} />
          <p className="muted hint">{say("quality.calibrated", { n: data.calibrated_on })}</p>
        </section>
        <PerTask told={data} />
      </div>
      {data.calibration && <Calibrated told={data.calibration} />}
      {agreement && (
        <p className="muted hint">{agreement.varied
          ? say("quality.alpha.about", { low: format.number(agreement.low, 2), high: format.number(agreement.high, 2), tasks: agreement.tasks })
          : say("quality.alpha.same")}</p>
      )}
      {data.items && (
        <p className="muted hint">{data.items.on
          ? say("quality.items.on", { tasks: data.items.tasks, gain: format.number(data.items.gain, 2) }) : say("quality.items.off", { tasks: data.items.tasks })}
          {data.items.saved !== null && ` ${say("quality.items.saved", { share: format.percent(data.items.saved) })}`}</p>
      )}
      <Doubts client={client} project={project} doubts={data.doubts} />
      <p className="muted hint">{data.estimated_at === null ? say("quality.not-estimated")
        : say("quality.estimated", { n: data.estimated_answers ?? 0, at: format.moment(data.estimated_at) })}</p>
      <Confused client={client} project={project} told={data} />
      <ObjectClasses client={client} project={project} classes={data.objects} />
      <Savings savings={data.savings} />
      <Judged client={client} project={project.id} labelers={data.labelers} drawn={drawn} />
    </div>
  );
}

/** How many tasks took how many answers, as bars from one answer on. */
function PerTask({ told }: { told: Told }) {
  const say = useSay();
  const format = useFormat();
  const most = Math.max(...told.answers_per_task.map((one) => one.answers), 1);
  const counts = Array.from({ length: most }, (_, n) => told.answers_per_task.find((one) => one.answers === n + 1)?.tasks ?? 0);
  return (
    <section className="sheet">
      <h2>{say("progress.per-task")}</h2>
      <Histogram counts={counts} label={say("quality.per-task.about")} from={format.number(1)} to={most > 1 ? format.number(most) : ""}
        name={(n, tasks) => say("quality.per-task.bar", { answers: n + 1, tasks })} />
      <p className="muted hint">{say("quality.per-task.about")}</p>
    </section>
  );
}

function Doubts({ client, project, doubts }: Props & { doubts: Doubt[] }) {
  const say = useSay();
  const [all, setAll] = useState(false);
  const format = useFormat();
  const named = (id: string) => labelOf(project.config, id);
  const why = ({ answers, agree, otherwise, sure, wrong, doubtful, lacking }: Doubt): string => {
    if (doubtful || lacking) return say("quality.why.objects", { doubtful: doubtful ?? 0, lacking: lacking ?? 0 });
    const said = agree === null ? say("quality.why.few", { answers })
      : agree === answers ? say("quality.why.agree", { answers }) : say("quality.why.differ", { n: answers - agree, answers });
    if (otherwise === null || sure === null) return said;
    return `${said} ${say(sure > 1 - wrong ? "quality.why.likelier" : "quality.why.other", { other: named(otherwise), p: format.percent(sure) })}`;
  };
  const columns: Column<Doubt>[] = [
    { key: "task", head: say("task"), width: "minmax(0, 1.6fr)", cell: (d) => (
      <Link className="cover code" to="/manage/$client/$project/$task" params={{ client, project: project.id, task: d.task }}>{d.external_id ?? d.task}</Link>) },
    { key: "verdict", head: say("task.verdict"), width: "minmax(0, 1fr)", cell: (d) => d.verdict !== null && named(d.verdict) },
    { key: "wrong", head: say("quality.wrong"), end: true, width: "5rem", cell: (d) => <b>{format.percent(d.wrong)}</b> },
    { key: "why", head: say("quality.why"), width: "minmax(0, 2.4fr)", cell: (d) => <span className="muted">{why(d)}</span> },
  ];
  return (
    <section className="stack-tight" aria-labelledby="doubts">
      <h2 id="doubts">{say("quality.doubts")}</h2>
      <p className="muted hint">{say(doubts.length > 0 ? "quality.doubts.about" : "quality.doubts.none")}</p>
      {doubts.length > 0 && <Table label={say("quality.doubts")} items={all ? doubts : doubts.slice(0, FIRST)} columns={columns} keyOf={(d) => d.task} />}
      {!all && doubts.length > FIRST && <div><Button variant="default" size="compact-sm" onClick={() => setAll(true)}>{say("quality.doubts.all", { n: doubts.length })}</Button></div>}
    </section>
  );
}

function Confused({ client, project, told }: Props & { told: Told }) {
  const say = useSay();
  const format = useFormat();
  const named = (id: string) => labelOf(project.config, id);
  const columns: Column<Told["confused"][number]>[] = [
    { key: "pair", head: say("quality.confused"), width: "minmax(0, 2fr)", cell: (c) => (
      <span><b className="name">{say("quality.confused.pair", { left: named(c.left), right: named(c.right) })}</b>
        <small className="muted figure">{[[c.left, c.right, c.left_as_right], [c.right, c.left, c.right_as_left]].map(([is, said, n]) =>
          say("quality.confused.left", { left: named(String(is)), right: named(String(said)), n: format.number(Number(n), 1) })).join(" · ")}</small></span>) },
    { key: "share", head: say("quality.share"), end: true, width: "5rem", cell: (c) => format.percent(c.share, 1) },
    { key: "tasks", head: say("tab.tasks"), width: "minmax(0, 2fr)", cell: (c) => (
      <span className="examples">{c.tasks.map((task, n) => (
        <Link key={task} to="/manage/$client/$project/$task" params={{ client, project: project.id, task }}>{say("quality.confused.example", { n: n + 1 })}</Link>))}</span>) },
  ];
  if (told.confused.length === 0) return null;
  return (
    <section className="stack-tight" aria-labelledby="confused">
      <h2 id="confused">{say("quality.confused")}</h2>
      <p className="muted hint">{say("quality.confused.about")}</p>
      <Table label={say("quality.confused")} items={told.confused} columns={columns} keyOf={(c) => `${c.left}\n${c.right}`} />
    </section>
  );
}
