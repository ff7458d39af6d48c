import { NativeSelect, Skeleton } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { Gold as GoldTask, Project } from "@/api/types";
import { useList, useWrite } from "@/api/useCell";
import { kindUi } from "@/editor/kinds";
import { useFormat } from "@/kit/format";
import { useSaid, useSay } from "@/kit/say";
import { Empty, Figures } from "@/ui/Page";
import { ProblemNote } from "@/ui/ProblemNote";
import { type Column, Table } from "@/ui/Table";
import { Sure } from "@/ui/Sure";

const USES = ["work", "exam", "calibration"] as const;

/** The tasks whose right answer is known: what each is for, how often it was asked, what labelers said. */
export function Gold({ client, project, manager }: { client: string; project: Project; manager: boolean }) {
  const say = useSay();
  const said = useSaid();
  const format = useFormat();
  const { items, more, loading, error } = useList<GoldTask>(client, `/api/projects/${project.id}/gold`);
  const write = useWrite<GoldTask>(client);
  const ui = kindUi(project.kind);
  const name = (g: GoldTask) => g.external_id ?? g.task_id;
  const use = (g: GoldTask) => {
    if (g.use === null) return <span className="muted">{said(`gold.retired.${g.retired_reason ?? "manager"}`)}</span>;
    if (!manager) return say(`gold.use.${g.use}`);
    return <NativeSelect size="xs" aria-label={say("gold.use-of", { name: name(g) })} value={g.use} data={USES.map((u) => ({ value: u, label: say(`gold.use.${u}`) }))}
      onChange={(e) => write.mutate({ path: `/api/tasks/${g.task_id}/gold`, json: { answer: g.answer, use: e.currentTarget.value } })} />;
  };
  const columns: Column<GoldTask>[] = [
    { key: "name", head: say("task"), width: "minmax(0, 1.6fr)", cell: (g) => <Link className="cover code" to="/manage/$client/$project/$task" params={{ client, project: project.id, task: g.task_id }}>{name(g)}</Link> },
    { key: "answer", head: say("gold.answer"), width: "minmax(0, 1.2fr)", cell: (g) => ui?.tell(g.answer, project.config, (k, v) => said(k, v) ?? k) },
    { key: "use", head: say("gold.use"), width: "11rem", cell: use },
    { key: "asked", head: say("gold.asked"), end: true, width: "6rem", cell: (g) => format.number(g.asked) },
    { key: "right", head: say("labeler.right"), end: true, width: "9rem", cell: (g) => (g.answered === 0 ? <span className="muted">–</span> : <span>{say("labeler.gold", { right: g.right, n: g.answered })} <b>{format.percent(g.right / g.answered)}</b></span>) },
    ...(manager ? [{ key: "retire", head: say("acts"), plain: true, end: true, width: "9rem",
      cell: (g: GoldTask) => g.use !== null && <Sure size="compact-xs" act={say("gold.retire")} question={say("gold.retire.sure")} onSure={() => write.mutate({ path: `/api/tasks/${g.task_id}/gold`, method: "DELETE" })} /> }] : []),
  ];
  const live = (wanted: GoldTask["use"]) => format.number(items.filter((g) => g.use === wanted).length);
  const exam = project.policy.exam;
  const lacking = exam !== undefined && items.filter((g) => g.use === "exam").length < exam.tasks * exam.attempts;
  if (loading) return <Skeleton height={240} radius="lg" className="wait" />;
  if (items.length === 0 && !error) return <Empty title={say("gold.none")}>{say("gold.none.about")}</Empty>;
  return (
    <div className="stack">
      <p className="muted hint">{say("gold.page.about")}</p>
      <Figures items={USES.map((u) => [say(`gold.use.${u}`), live(u)])} />
      {lacking && <p className="flaw" role="status">{say("exam.lacking", { wanted: exam.tasks * exam.attempts })}</p>}
      <ProblemNote error={error ?? write.error} />
      <Table label={say("gold")} items={items} columns={columns} keyOf={(g) => g.task_id} onEnd={more} />
    </div>
  );
}
