import { Button, FileInput, Progress as Bar } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { cell } from "@/api/http";
import type { Import, Project, RowErrors } from "@/api/types";
import { useList, useRead } from "@/api/useCell";
import { kindUi } from "@/editor/kinds";
import { useFormat } from "@/kit/format";
import { useSay } from "@/kit/say";
import { State } from "@/ui/Page";
import { ProblemNote, useTell } from "@/ui/ProblemNote";
import { type Column, Table } from "@/ui/Table";
import { TONES } from "./tones";

const CHUNK = 4 * 1024 * 1024;
const EVERY = 700;
const LISTED = 3000;
const over = (it: Import): boolean => it.state === "done" || it.state === "failed";

/** The rows that did not become tasks, each with all that is wrong with it. */
function Faulty({ client, id }: { client: string; id: string }) {
  const say = useSay();
  const tell = useTell();
  const { items, more } = useList<RowErrors>(client, `/api/imports/${id}/errors`);
  const columns: Column<RowErrors>[] = [
    { key: "row", head: say("import.row"), width: "6rem", cell: (e) => <span className="figure">{e.row}</span> },
    { key: "why", head: say("import.why"), width: "minmax(0, 1fr)", cell: (e) => <span>{e.errors.map((f, n) => <span key={n} className="row-fault"><code className="code">{f.pointer.replace(/^#\/?/, "") || "–"}</code> {tell(f)}</span>)}</span> },
  ];
  return <Table label={say("import.faulty")} items={items} columns={columns} keyOf={(e) => String(e.row)} onEnd={more} />;
}

/** One import: how far it is, and what it made. */
function Progress({ client, id, onTasks }: { client: string; id: string; onTasks: () => void }) {
  const say = useSay();
  const format = useFormat();
  const { data } = useRead<Import>(client, `/api/imports/${id}`, EVERY);
  if (!data) return null;
  const share = over(data) ? 1 : data.bytes_read / Math.max(data.bytes_total ?? data.bytes_received, 1);
  return (
    <section className="sheet stack-tight" aria-label={data.name}>
      <div className="progress-head"><b className="name">{data.name}</b><State tone={TONES[data.state]}>{say(`state.${data.state}`)}</State></div>
      <Bar value={share * 100} aria-label={data.name} animated={!over(data)} />
      <p className="figure hint" role="status">{say("import.rows", { read: data.rows_read, created: data.tasks_created, failed: data.rows_failed })} · {format.bytes(data.bytes_read)}</p>
      {data.failure && <p className="flaw" role="alert">{String(data.failure["detail"] ?? say("problem.unknown"))}</p>}
      {over(data) && data.rows_failed > 0 && <Faulty client={client} id={id} />}
      {data.state === "done" && data.tasks_created > 0 && <div><Button variant="default" onClick={onTasks}>{say("import.see")}</Button></div>}
    </section>
  );
}

export function Imports({ client, project, onTasks }: { client: string; project: Project; onTasks: () => void }) {
  const say = useSay();
  const format = useFormat();
  const queries = useQueryClient();
  const [file, setFile] = useState<File | null>(null);
  const [sent, setSent] = useState(0);
  const [id, setId] = useState<string | null>(null);
  const path = `/api/projects/${project.id}/imports`;
  const past = useList<Import>(client, path, {}, LISTED);
  const upload = useMutation({
    mutationFn: async (chosen: File) => {
      setSent(0);
      const format = chosen.name.toLowerCase().endsWith(".csv") ? "csv" : "jsonl";
      const made = await cell<Import>(client, path, { method: "POST", json: { format, name: chosen.name.slice(0, 200), bytes: chosen.size } });
      for (let offset = 0; offset < chosen.size; offset += CHUNK) {
        await cell(client, `/api/imports/${made.id}/data?offset=${offset}`, {
          method: "PUT", body: chosen.slice(offset, offset + CHUNK), headers: { "Content-Type": "application/octet-stream" } });
        setSent(Math.min(offset + CHUNK, chosen.size));
      }
      await cell(client, `/api/imports/${made.id}/start`, { method: "POST" });
      return made.id;
    },
    onSuccess: (made) => { setId(made); setFile(null); },
    onSettled: () => queries.invalidateQueries({ queryKey: ["cell", client, path] }),
  });
  const example = kindUi(project.kind)?.example;
  const columns: Column<Import>[] = [
    { key: "name", head: say("import.past"), width: "minmax(0, 2fr)", cell: (i) => <button type="button" className="cover plain" onClick={() => setId(i.id)}>{i.name}</button> },
    { key: "rows", head: say("import.created"), end: true, width: "7rem", cell: (i) => format.number(i.tasks_created) },
    { key: "failed", head: say("import.failed"), end: true, width: "7rem", cell: (i) => format.number(i.rows_failed) },
    { key: "when", head: say("made"), end: true, width: "11rem", cell: (i) => format.moment(i.created_at) },
    { key: "state", head: say("state"), width: "8rem", cell: (i) => <State tone={TONES[i.state]}>{say(`state.${i.state}`)}</State> },
  ];
  return (
    <div className="stack">
      <section className="sheet">
        <form className="form-line" onSubmit={(e) => { e.preventDefault(); if (file) upload.mutate(file); }}>
          <FileInput label={say("import.file")} placeholder={say("import.choose")} accept=".csv,.jsonl,.ndjson" value={file} onChange={setFile} clearable clearButtonProps={{ "aria-label": say("import.clear") }} />
          <Button type="submit" disabled={!file} loading={upload.isPending}>{say("import.start")}</Button>
        </form>
        {upload.isPending && file && <Bar value={(100 * sent) / Math.max(file.size, 1)} aria-label={say("import.sending")} />}
        <ProblemNote error={upload.error} />
        {example && (
          <details className="example">
            <summary>{say("import.shape")}</summary>
            <div className="halves">{(["csv", "jsonl"] as const).map((f) => <div key={f}><h3>{say(`import.${f}`)}</h3><pre className="code">{example[f]}</pre></div>)}</div>
            <p className="muted hint">{say("import.about")}</p>
          </details>
        )}
      </section>
      {id && <Progress key={id} client={client} id={id} onTasks={onTasks} />}
      {past.items.length > 0 && <Table label={say("import.past")} items={past.items} columns={columns} keyOf={(i) => i.id} onEnd={past.more} />}
    </div>
  );
}
