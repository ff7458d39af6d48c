import { Skeleton } from "@mantine/core";
import { Link, useParams } from "@tanstack/react-router";
import type { LabelerReport, Project } from "@/api/types";
import { useRead } from "@/api/useCell";
import { labelOf } from "@/editor/kinds";
import { NOTHING, useFormat } from "@/kit/format";
import { useSay } from "@/kit/say";
import { Overtime, Pace, Told } from "@/pages/believed/Parts";
import { Heat } from "@/ui/Heat";
import { Interval } from "@/ui/Interval";
import { Empty, Figures, PageHead } from "@/ui/Page";
import { ProblemNote } from "@/ui/ProblemNote";
import { type Column, Table } from "@/ui/Table";

/** Classes that fit a table on the screen. */
const MOST = 20;
type ClassRate = LabelerReport["classes"][number];

/** One labeler in a project: how often they are right, in which classes, how fast, since when, and by what evidence. */
export function LabelerPage() {
  const { client, project, labeler } = useParams({ strict: false }) as { client: string; project: string; labeler: string };
  const say = useSay();
  const format = useFormat();
  const { data, error } = useRead<LabelerReport>(client, `/api/projects/${project}/labelers/${labeler}`);
  const { data: home } = useRead<Project>(client, `/api/projects/${project}`);
  const lead = <Link className="back" to="/manage/$client/$project" params={{ client, project }} search={{ tab: "labelers" }}>{say("believed.back", { name: home?.name ?? "" })}</Link>;
  if (!data || !home) return <><PageHead title={say("labeler")} lead={lead} /><ProblemNote error={error} />{!error && <Skeleton height={320} radius="lg" className="wait" />}</>;
  const { accuracy, low, high, gold } = data;
  return (
    <>
      <PageHead title={data.handle} within={home.name} lead={lead} />
      <div className="stack">
        <Figures items={[
          [say("progress.answers"), format.number(data.answers)],
          [say("labeler.right"), format.percent(accuracy, 1)],
          [say("labeler.interval"), low === null || high === null ? NOTHING : say("labeler.between", { low: format.percent(low), high: format.percent(high) })],
          ...(gold ? [[say("gold"), say("labeler.gold", { right: gold.right, n: gold.of })] as [string, string]] : []),
          [say("quality.pace"), data.speed ? format.seconds(data.speed.median_seconds) : NOTHING],
        ]} />
        {data.estimated_at === null ? <Empty title={say("believed.none")}>{say("believed.none.about")}</Empty> : (
          <>
            <p className="muted hint">{say("believed.about", { at: format.moment(data.estimated_at) })}</p>
            <Told evidence={data.evidence} />
            <div className="plots">
              {data.speed && <Pace pace={data.speed} />}
              <Overtime stretches={data.stretches} evidence={data.evidence} />
            </div>
            <Classes told={data} project={home} />
          </>
        )}
      </div>
    </>
  );
}

function Classes({ told, project }: { told: LabelerReport; project: Project }) {
  const say = useSay();
  const format = useFormat();
  if (told.classes.length === 0) return null;
  const named = (id: string) => labelOf(project.config, id);
  const often = told.classes.toSorted((a, b) => b.answers - a.answers).slice(0, MOST).map((c) => c.name);
  const said = told.confusion.filter((c) => c.answers >= 0.5 && !often.includes(c.said)).map((c) => c.said);
  const order = told.classes.map((c) => c.name);
  const names = [...often.toSorted((a, b) => order.indexOf(a) - order.indexOf(b)), ...new Set(said)].slice(0, MOST);
  const cells = new Map(told.confusion.map((c) => [`${c.truth}\n${c.said}`, c.answers]));
  const columns: Column<ClassRate>[] = [
    { key: "class", head: say("believed.class"), width: "minmax(0, 1.6fr)", cell: (c) => <b className="name">{named(c.name)}</b> },
    { key: "answers", head: say("progress.answers"), end: true, width: "6rem", cell: (c) => format.number(c.answers, 1) },
    { key: "right", head: say("labeler.right"), end: true, width: "5rem", cell: (c) => <b>{format.percent(c.right, 1)}</b> },
    { key: "interval", head: say("labeler.interval"), width: "minmax(0, 1.6fr)", cell: (c) => <Interval low={c.low} high={c.high} at={c.right} /> },
  ];
  return (
    <>
      <section className="stack-tight" aria-labelledby="classes">
        <h2 id="classes">{say("believed.classes")}</h2>
        <p className="muted hint">{say("believed.classes.about")}</p>
        <Table label={say("believed.classes")} items={told.classes} columns={columns} keyOf={(c) => c.name} />
      </section>
      <section className="sheet" aria-labelledby="confusion">
        <h2 id="confusion">{say("believed.confusion")}</h2>
        <Heat label={say("believed.confusion")} corner={say("believed.confusion.corner")} names={names} called={named}
          count={(row, column) => cells.get(`${row}\n${column}`) ?? 0} tell={(n) => (n < 0.05 ? "" : format.number(n, n < 10 ? 1 : 0))} />
        <p className="muted hint">{say("believed.confusion.about")}</p>
      </section>
    </>
  );
}
