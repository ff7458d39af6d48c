import { Button, Progress as Bar } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { cellResponse } from "@/api/http";
import type { Export, Project } from "@/api/types";
import { useList, useWrite } from "@/api/useCell";
import { useFormat } from "@/kit/format";
import { useSay } from "@/kit/say";
import { Icon } from "@/ui/Icon";
import { Empty, State } from "@/ui/Page";
import { ProblemNote } from "@/ui/ProblemNote";
import { type Column, Table } from "@/ui/Table";
import { TONES } from "./tones";

const EVERY = 1500;
const ENDINGS = { jsonl: "jsonl", coco: "json" } as const;
/** Every kind is exported as JSONL; COCO is how boxes are told. */
const formats = (kind: string): (keyof typeof ENDINGS)[] => (kind === "image" ? ["jsonl", "coco"] : ["jsonl"]);

const fileName = (project: string, it: Export): string =>
  `${project.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "") || "export"}-${it.position ?? 0}.${ENDINGS[it.format]}`;

function Download({ client, project, it }: { client: string; project: Project; it: Export }) {
  const say = useSay();
  const fetched = useMutation({
    mutationFn: async () => {
      const blob = await (await cellResponse(client, `/api/exports/${it.id}/data`)).blob();
      const link = document.createElement("a");
      link.href = URL.createObjectURL(blob);
      link.download = fileName(project.name, it);
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    },
  });
  return (
    <>
      <Button size="compact-sm" variant="default" loading={fetched.isPending} leftSection={<Icon name="download" size={14} />} onClick={() => fetched.mutate()}>{say("export.download")}</Button>
      <ProblemNote error={fetched.error} />
    </>
  );
}

/** Exports of one moment each, made by the worker and kept. */
export function Exports({ client, project }: { client: string; project: Project }) {
  const say = useSay();
  const format = useFormat();
  const path = `/api/projects/${project.id}/exports`;
  const { items, more, loading, error } = useList<Export>(client, path, {}, EVERY);
  const write = useWrite<Export>(client);
  const columns: Column<Export>[] = [
    { key: "format", head: say("export.format"), width: "6rem", cell: (e) => <b className="name">{e.format.toUpperCase()}</b> },
    { key: "state", head: say("state"), width: "minmax(9rem, 1.5fr)", cell: (e) => (e.state === "running" || e.state === "queued"
      ? <span className="live"><Bar value={e.rows_total ? (100 * e.rows) / e.rows_total : 0} size="sm" aria-label={say("tab.export")} animated /><small className="muted">{say(`state.${e.state}`)}</small></span>
      : <State tone={TONES[e.state]}>{say(`state.${e.state}`)}</State>) },
    { key: "rows", head: say("export.rows"), end: true, width: "7rem", cell: (e) => format.number(e.rows) },
    { key: "bytes", head: say("export.size"), end: true, width: "7rem", cell: (e) => format.bytes(e.bytes) },
    { key: "when", head: say("made"), end: true, width: "11rem", cell: (e) => format.moment(e.created_at) },
    { key: "get", head: say("acts"), plain: true, end: true, width: "8rem", cell: (e) => e.state === "done" && <Download client={client} project={project} it={e} /> },
  ];
  return (
    <div className="stack">
      <div className="export-start">
        {formats(project.kind).map((f, n) => (
          <Button key={f} variant={n === 0 ? "filled" : "default"} loading={write.isPending && write.variables.json !== undefined && (write.variables.json as Partial<Export>).format === f}
            onClick={() => write.mutate({ path, json: { format: f } })}>{say("export.start", { format: f.toUpperCase() })}</Button>
        ))}
        <span className="muted">{say("export.about")}</span>
      </div>
      <ProblemNote error={error ?? write.error} />
      {items.length > 0 && <Table label={say("tab.export")} items={items} columns={columns} keyOf={(e) => e.id} onEnd={more} />}
      {!loading && items.length === 0 && !error && <Empty title={say("export.none")}>{say("export.none.about")}</Empty>}
    </div>
  );
}
