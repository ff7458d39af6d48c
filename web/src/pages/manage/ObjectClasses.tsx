import { Link } from "@tanstack/react-router";
import type { ObjectClass, Project } from "@/api/types";
import { labelOf } from "@/editor/kinds";
import { useFormat } from "@/kit/format";
import { useSay } from "@/kit/say";
import { type Column, Table } from "@/ui/Table";

interface Props { client: string; project: Project; classes: ObjectClass[] }

/** Which classes of objects are overlooked and which are made up, with tasks that show it. */
export function ObjectClasses({ client, project, classes }: Props) {
  const say = useSay();
  const format = useFormat();
  if (classes.length === 0) return null;
  const examples = (tasks: string[]) => (
    <span className="examples">{tasks.map((task, n) => (
      <Link key={task} to="/manage/$client/$project/$task" params={{ client, project: project.id, task }}>{say("quality.confused.example", { n: n + 1 })}</Link>))}</span>
  );
  const columns: Column<ObjectClass>[] = [
    { key: "class", head: say("quality.objects.class"), width: "minmax(0, 1.4fr)", cell: (c) => <b className="name">{labelOf(project.config, c.name)}</b> },
    { key: "things", head: say("quality.objects.things"), end: true, width: "6rem", cell: (c) => format.number(c.things) },
    { key: "missed", head: say("quality.objects.missed"), end: true, width: "7rem", cell: (c) => <b>{format.percent(c.missed, 1)}</b> },
    { key: "missed-tasks", head: say("quality.objects.missed.tasks"), width: "minmax(0, 1.6fr)", cell: (c) => examples(c.missed_tasks) },
    { key: "invented", head: say("quality.objects.invented"), end: true, width: "7rem", cell: (c) => <b>{format.percent(c.invented, 1)}</b> },
    { key: "invented-tasks", head: say("quality.objects.invented.tasks"), width: "minmax(0, 1.6fr)", cell: (c) => examples(c.invented_tasks) },
  ];
  return (
    <section className="stack-tight" aria-labelledby="objects">
      <h2 id="objects">{say("quality.objects")}</h2>
      <p className="muted hint">{say("quality.objects.about")}</p>
      <Table label={say("quality.objects")} items={classes} columns={columns} keyOf={(c) => c.name} />
    </section>
  );
}
