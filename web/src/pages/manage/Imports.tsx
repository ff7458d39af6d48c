import { Button, FileInput, Group, Progress as Bar, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { cell } from "@/api/http";
import type { Import, Page, RowErrors } from "@/api/types";
import { useRead } from "@/api/useCell";
import { useSay } from "@/kit/t";
import { ProblemNote } from "@/ui/ProblemNote";
import { Rows } from "@/ui/Rows";

const CHUNK = 4 * 1024 * 1024;

function Errors({ client, id }: { client: string; id: string }) {
  const say = useSay();
  const { data } = useRead<Page<RowErrors>>(client, `/api/imports/${id}/errors?limit=200`);
  return <Rows label={say("state.failed")} items={data?.items ?? []} row={(e) => (
    <div className="row" style={{ height: 52 }}><Text w={100}>{say("import.row", { row: e.row })}</Text>
      <Text flex={1}>{e.errors.map((f) => `${f.pointer} ${f.detail}`).join(" · ")}</Text></div>)} />;
}

function State({ client, id }: { client: string; id: string }) {
  const say = useSay();
  const { data } = useRead<Import>(client, `/api/imports/${id}`, 1000);
  if (!data) return null;
  const ended = data.state === "done" || data.state === "failed";
  return (
    <Stack>
      <Bar animated={!ended} aria-label={say("tab.import")} value={ended ? 100 : (100 * data.bytes_read) / (data.bytes_total ?? Math.max(data.bytes_received, 1))} />
      <Text role="status" className="figure">{say(`state.${data.state}`)} · {say("import.rows", { read: data.rows_read, created: data.tasks_created, failed: data.rows_failed })}</Text>
      {ended && data.rows_failed > 0 && <Errors client={client} id={id} />}
    </Stack>
  );
}

export function Imports({ client, project }: { client: string; project: string }) {
  const say = useSay();
  const [file, setFile] = useState<File | null>(null);
  const [sent, setSent] = useState(0);
  const [id, setId] = useState<string | null>(null);
  const upload = useMutation({
    mutationFn: async (chosen: File) => {
      const format = chosen.name.toLowerCase().endsWith(".csv") ? "csv" : "jsonl";
      const made = await cell<Import>(client, `/api/projects/${project}/imports`, { method: "POST", json: { format, name: chosen.name, bytes: chosen.size } });
      for (let offset = 0; offset < chosen.size; offset += CHUNK) {
        await cell(client, `/api/imports/${made.id}/data?offset=${offset}`, {
          method: "PUT", body: chosen.slice(offset, offset + CHUNK), headers: { "Content-Type": "application/octet-stream" } });
        setSent(Math.min(offset + CHUNK, chosen.size));
      }
      await cell(client, `/api/imports/${made.id}/start`, { method: "POST" });
      setId(made.id);
    },
  });
  return (
    <Stack>
      <Group align="end">
        <FileInput label={say("import.file")} accept=".csv,.jsonl,.ndjson" value={file} onChange={(f) => { setFile(f); setSent(0); setId(null); }} miw={280} />
        <Button disabled={!file} loading={upload.isPending} onClick={() => file && upload.mutate(file)}>{say("import.start")}</Button>
      </Group>
      {upload.isPending && file && <Bar value={(100 * sent) / file.size} aria-label={say("tab.import")} />}
      <ProblemNote error={upload.error} />
      {id && <State client={client} id={id} />}
    </Stack>
  );
}
