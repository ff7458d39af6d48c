import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { LabelerSkill } from "@/api/types";
import { useList } from "@/api/useCell";
import { useFormat } from "@/kit/format";
import { useSay } from "@/kit/say";
import { Find } from "@/ui/Find";
import { Interval } from "@/ui/Interval";
import { Empty } from "@/ui/Page";
import { ProblemNote } from "@/ui/ProblemNote";
import { type Column, Table } from "@/ui/Table";
import { ExamCell } from "./ExamCell";
import { Skills } from "./Skills";

const EVERY = 5000;

/** Who answered, how much, how often they are right as far as that is known, and what they were granted. */
export function Labelers({ client, project, manager }: { client: string; project: string; manager: boolean }) {
  const say = useSay();
  const format = useFormat();
  const [search, setSearch] = useState("");
  const { items, more, loading, error } = useList<LabelerSkill>(client, `/api/projects/${project}/labelers`, search ? { search } : {}, EVERY);
  const drawn = items.some((l) => l.objects !== null);
  const percent = (share: number | undefined) => format.percent(share ?? null, 1);
  const columns: Column<LabelerSkill>[] = [
    { key: "handle", head: say("labeler"), width: "minmax(0, 2fr)", cell: (l) => <span><Link className="name cover" to="/manage/$client/$project/labelers/$labeler" params={{ client, project, labeler: l.labeler }}>{l.handle}</Link><small className="muted">{say(`labeler.${l.kind}`)}</small></span> },
    { key: "answers", head: say("progress.answers"), end: true, width: "7rem", cell: (l) => format.number(l.answers) },
    { key: "skill", head: say(drawn ? "labeler.f1" : "labeler.right"), end: true, width: "6rem", cell: (l) => (l.accuracy === null ? <span className="muted">{say("labeler.unknown")}</span> : <b>{format.percent(l.accuracy, 1)}</b>) },
    { key: "gold", head: say("gold"), end: true, width: "7rem", cell: (l) => (l.gold_answers === 0 ? <span className="muted">–</span> : say("labeler.gold", { right: l.gold_right, n: l.gold_answers })) },
    { key: "interval", head: say("labeler.interval"), width: "minmax(0, 2fr)", cell: (l) => l.low !== null && l.high !== null && l.accuracy !== null && <Interval low={l.low} high={l.high} at={l.accuracy} /> },
    ...(items.some((l) => l.exam !== null) ? [{ key: "exam", head: say("exam.labeler"), width: "minmax(0, 1.6fr)", cell: (l: LabelerSkill) => <ExamCell client={client} project={project} labeler={l} manager={manager} /> }] : []),
    ...(drawn ? ([
      { key: "recall", head: say("labeler.recall"), end: true, width: "6rem", cell: (l) => percent(l.objects?.recall) },
      { key: "precision", head: say("labeler.precision"), end: true, width: "6rem", cell: (l) => percent(l.objects?.precision) },
    ] satisfies Column<LabelerSkill>[]) : []),
    { key: "skills", head: say("labeler.skills"), width: "minmax(0, 1.6fr)", cell: (l) => (manager ? <Skills client={client} labeler={l} /> : l.skills.join(", ")) },
  ];
  if (!search && !loading && items.length === 0 && !error) return <Empty title={say("labelers.none")}>{say("labelers.none.about")}</Empty>;
  return (
    <div className="stack">
      <ProblemNote error={error} />
      <p className="muted hint">{say(drawn ? "labelers.drawn.about" : "labelers.about")}</p>
      <Find label={say("labeler.find")} onFind={setSearch} />
      {search && !loading && items.length === 0 && <p className="muted">{say("labeler.nobody", { search })}</p>}
      <Table label={say("tab.labelers")} items={items} columns={columns} keyOf={(l) => l.labeler} onEnd={more} />
    </div>
  );
}
