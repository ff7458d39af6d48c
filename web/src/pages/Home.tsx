import { Button, Skeleton, Title } from "@mantine/core";
import { useQueries } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { cell } from "@/api/http";
import { useSession } from "@/api/session";
import type { Membership, Page, WorkProject } from "@/api/types";
import { kindUi } from "@/editor/kinds";
import { useFormat } from "@/kit/format";
import { useSaid, useSay } from "@/kit/say";
import { Empty, PageHead } from "@/ui/Page";
import { ProblemNote } from "@/ui/ProblemNote";
import { type Column, Table } from "@/ui/Table";

/** The counts of open work end here: beyond it, exactness is not worth its price. */
const MANY = 1000;

/** All work of all clients, with what it pays. */
export function Home() {
  const say = useSay();
  const members = useSession()?.memberships ?? [];
  const work = useQueries({
    queries: members.map((m) => ({
      queryKey: ["work", m.client_id],
      queryFn: () => cell<Page<WorkProject>>(m.client_id, "/api/work/projects"),
    })),
  });
  return (
    <>
      <PageHead title={say("home.title")} lead={members.length > 0 && say("home.about")} />
      {members.length === 0 && <Empty title={say("home.nobody")}>{say("home.nobody.about")}</Empty>}
      {members.map((member, n) => (
        <section key={member.client_id} className="client-work" aria-labelledby={`client-${member.client_id}`}>
          <Title order={2} id={`client-${member.client_id}`}>{member.client_name}</Title>
          <ProblemNote error={work[n]?.error} />
          {work[n]?.isPending && <Skeleton height={120} radius="lg" className="wait" />}
          {work[n]?.data && <Work member={member} items={work[n].data.items} />}
        </section>
      ))}
    </>
  );
}

function Work({ member, items }: { member: Membership; items: WorkProject[] }) {
  const say = useSay();
  const said = useSaid();
  const format = useFormat();
  if (items.length === 0) return <Empty title={say("home.none")}>{say(member.role === "labeler" ? "home.none.about" : "home.none.manager")}</Empty>;
  const start = (p: WorkProject) => (
    <Button size="sm" disabled={p.open_slots === 0} onMouseEnter={() => void kindUi(p.kind)?.Editor.preload()}
      renderRoot={(props) => (p.open_slots === 0 ? <span {...props} aria-disabled>{say(p.exam === "failed" ? "home.failed" : "home.all-done")}</span>
        : <Link to="/work/$client/$project" params={{ client: member.client_id, project: p.project_id }} aria-label={say("home.start-of", { name: p.name })} {...props} />)}>
      {say("home.start")}
    </Button>
  );
  const columns: Column<WorkProject>[] = [
    { key: "name", head: say("home.project"), width: "minmax(0, 2.4fr)", cell: (p) => <span><b className="name">{p.name}</b><small className="muted">{[said(`kind.${p.kind}`) ?? p.kind, p.exam === "open" && say("home.exam")].filter(Boolean).join(" · ")}</small></span> },
    { key: "price", head: say("home.pay"), end: true, width: "minmax(5.5rem, 1fr)", cell: (p) => format.money(p.price) },
    { key: "time", head: say("home.time"), end: true, width: "minmax(5.5rem, 1fr)", cell: (p) => say("home.about-time", { time: format.duration(p.minutes) }) },
    { key: "hour", head: say("home.hourly"), end: true, width: "minmax(5.5rem, 1fr)", cell: (p) => <b>{format.hourly(p.price, p.minutes)}</b> },
    { key: "open", head: say("home.open"), end: true, width: "minmax(4.5rem, 1fr)", cell: (p) => (p.open_slots >= MANY ? say("home.many", { n: MANY }) : format.number(p.open_slots)) },
    { key: "done", head: say("home.done"), end: true, width: "minmax(6.5rem, 1fr)", cell: (p) => (p.answered === 0 ? format.number(0)
      : <span>{format.number(p.answered)}<Link className="told seen" to="/mine/$client/$project" params={{ client: member.client_id, project: p.project_id }} aria-label={say("mine.of", { name: p.name, n: p.answered })}>{say("mine.link")}</Link></span>) },
    { key: "start", head: say("acts"), plain: true, end: true, width: "6.5rem", cell: start },
  ];
  return <Table label={say("home.work-of", { name: member.client_name })} items={items} columns={columns} keyOf={(p) => p.project_id} />;
}
