import { NativeSelect, SegmentedControl, Skeleton } from "@mantine/core";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import type { Project, Task } from "@/api/types";
import { useList } from "@/api/useCell";
import { kindUi } from "@/editor/kinds";
import { useFormat } from "@/kit/format";
import { useSaid, useSay } from "@/kit/say";
import { Empty, State } from "@/ui/Page";
import { ProblemNote } from "@/ui/ProblemNote";
import { type Column, Table } from "@/ui/Table";
import { stateOf, TONES } from "./tones";

const STATES = ["open", "decided", "canceled"] as const;
const REASONS = ["met", "count", "exhausted", "capped", "escalated", "gold"] as const;

/** The tasks of a project, as many as there are. */
export function Tasks({ client, project }: { client: string; project: Project }) {
  const say = useSay();
  const said = useSaid();
  const format = useFormat();
  const navigate = useNavigate();
  const { state = "", reason = "" } = useSearch({ strict: false });
  const { items, more, loading, error } = useList<Task>(client, `/api/projects/${project.id}/tasks`, { ...(state && { state }), ...(reason && { reason }) });
  const ui = kindUi(project.kind);
  const filter = (to: { state: string; reason: string }) => void navigate({
    to: "/manage/$client/$project", params: { client, project: project.id }, replace: true,
    search: { tab: "tasks", ...(to.state && { state: to.state }), ...(to.reason && { reason: to.reason }) },
  });
  const columns: Column<Task>[] = [
    { key: "name", head: say("task"), width: "minmax(0, 2fr)", cell: (t) => (
      <Link className="cover code" to="/manage/$client/$project/$task" params={{ client, project: project.id, task: t.id }}>{t.external_id ?? t.id}</Link>) },
    { key: "verdict", head: say("task.verdict"), width: "minmax(0, 1.4fr)", cell: (t) => t.verdict && ui?.tell(t.verdict.answer, project.config, (k, v) => said(k, v) ?? k) },
    { key: "confidence", head: say("task.confidence"), end: true, width: "7rem", cell: (t) => format.percent(t.confidence, 1) },
    { key: "answers", head: say("progress.answers"), end: true, width: "6rem", cell: (t) => format.number(t.answers_count) },
    { key: "state", head: say("state"), width: "8rem", cell: (t) => <State tone={TONES[t.state]}>{say(stateOf(t))}</State> },
    { key: "reason", head: say("reason"), width: "9rem", cell: (t) => t.state === "decided" && t.reason && <span className="muted">{say(`ended.${t.reason}`)}</span> },
  ];
  return (
    <div className="stack">
      <div className="filters">
        <SegmentedControl value={state} onChange={(to) => filter({ state: to, reason })} aria-label={say("state")} data={[{ value: "", label: say("tasks.all") }, ...STATES.map((s) => ({ value: s, label: say(`state.${s}`) }))]} />
        <NativeSelect value={reason} onChange={(e) => filter({ state, reason: e.currentTarget.value })} aria-label={say("reason")} data={[{ value: "", label: say("reason.any") }, ...REASONS.map((r) => ({ value: r, label: say(`ended.${r}`) }))]} />
      </div>
      <ProblemNote error={error} />
      {loading && <Skeleton height={240} radius="lg" className="wait" />}
      {items.length > 0 && <Table label={say("tab.tasks")} items={items} columns={columns} keyOf={(t) => t.id} onEnd={more} />}
      {!loading && items.length === 0 && !error && <Empty title={say(state || reason ? "tasks.none-so" : "tasks.none")}>{say(state || reason ? "tasks.none-so.about" : "progress.no-tasks.about")}</Empty>}
    </div>
  );
}
