import { Button, Progress as Bar, Skeleton } from "@mantine/core";
import { Link, useParams } from "@tanstack/react-router";
import { useMembership } from "@/api/session";
import type { Progress, Project } from "@/api/types";
import { useList, useRead } from "@/api/useCell";
import { useFormat } from "@/kit/format";
import { useSaid, useSay } from "@/kit/say";
import { Icon } from "@/ui/Icon";
import { Empty, PageHead, State } from "@/ui/Page";
import { ProblemNote } from "@/ui/ProblemNote";
import { type Column, Table } from "@/ui/Table";
import { TONES } from "./tones";

const EVERY = 4000;

/** How far a project is; only the rows in sight ask. */
function Live({ client, project }: { client: string; project: string }) {
  const say = useSay();
  const format = useFormat();
  const { data } = useRead<Progress>(client, `/api/projects/${project}/progress`, EVERY);
  if (!data) return <Skeleton height={8} w="100%" className="wait" />;
  if (data.tasks === 0) return <span className="muted">{say("progress.no-tasks")}</span>;
  const told = say("progress.decided", { decided: data.decided, tasks: data.tasks });
  return (
    <span className="live">
      <Bar value={(100 * data.decided) / data.tasks} size="sm" aria-label={told} />
      <small className="muted figure">{told} · {format.percent(data.decided / data.tasks)}</small>
    </span>
  );
}

export function Projects() {
  const { client } = useParams({ strict: false }) as { client: string };
  const say = useSay();
  const said = useSaid();
  const format = useFormat();
  const membership = useMembership(client);
  const { items, more, loading, error } = useList<Project>(client, "/api/projects");
  const fresh = membership?.role === "manager" && (
    <Button leftSection={<Icon name="plus" />} renderRoot={(p) => <Link to="/manage/$client/new" params={{ client }} {...p} />}>{say("project.new")}</Button>
  );
  const columns: Column<Project>[] = [
    { key: "name", head: say("project"), width: "minmax(0, 2.2fr)", cell: (p) => (
      <span><Link className="cover" to="/manage/$client/$project" params={{ client, project: p.id }}>{p.name}</Link>{" "}
        <small className="muted">{said(`kind.${p.kind}`) ?? p.kind}{p.mode === "test" && ` · ${say("key.mode.test")}`}</small></span>) },
    { key: "live", head: say("progress"), width: "minmax(0, 2fr)", cell: (p) => <Live client={client} project={p.id} /> },
    { key: "price", head: say("project.price"), end: true, width: "7rem", cell: (p) => format.money(p.price) },
    { key: "hour", head: say("home.hourly"), end: true, width: "7rem", cell: (p) => format.hourly(p.price, p.minutes) },
    { key: "state", head: say("state"), width: "7.5rem", cell: (p) => <State tone={TONES[p.state]}>{say(`state.${p.state}`)}</State> },
  ];
  return (
    <>
      <PageHead title={say("projects")} within={membership?.client_name}>{items.length > 0 && fresh}</PageHead>
      <ProblemNote error={error} />
      {loading && <Skeleton height={180} radius="lg" className="wait" />}
      {items.length > 0 && <Table label={say("projects")} items={items} columns={columns} keyOf={(p) => p.id} onEnd={more} />}
      {!loading && items.length === 0 && !error && <Empty title={say("projects.none")} action={fresh}>{say("projects.none.about")}</Empty>}
    </>
  );
}
