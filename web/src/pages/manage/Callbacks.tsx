import { Button, Group, Stack, Text, TextInput, Title } from "@mantine/core";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import type { Callback, Delivery, Page } from "@/api/types";
import { useRead, useWrite } from "@/api/useCell";
import { useSay } from "@/kit/t";
import { Once } from "@/ui/Once";
import { ProblemNote } from "@/ui/ProblemNote";
import { Rows } from "@/ui/Rows";

function Log({ client, id }: { client: string; id: string }) {
  const say = useSay();
  const { data, error } = useRead<Page<Delivery>>(client, `/api/callbacks/${id}/deliveries?limit=200`, 3000);
  const write = useWrite(client);
  return (
    <>
      <ProblemNote error={error ?? write.error} />
      <Rows label={say("callback.log")} items={data?.items ?? []} row={(d) => (
        <div className="row" style={{ height: 52 }}>
          <Text flex={1} size="sm" ff="monospace">{d.task_id}</Text><Text>{say(`state.${d.state}`)}</Text><Text>{d.attempts.at(-1)?.status ?? d.attempts.at(-1)?.code ?? "–"}</Text>
          <Button size="xs" variant="default" onClick={() => write.mutate({ path: `/api/deliveries/${d.id}/replay` })}>{say("callback.replay")}</Button>
        </div>
      )} />
    </>
  );
}

export function Callbacks() {
  const { client } = useParams({ strict: false }) as { client: string };
  const say = useSay();
  const { data, error } = useRead<Page<Callback>>(client, "/api/callbacks?limit=200");
  const write = useWrite<Callback>(client);
  const [url, setUrl] = useState("");
  const [open, setOpen] = useState<string | null>(null);
  return (
    <Stack maw={860}>
      <Title order={1}>{say("callbacks")}</Title>
      <Group align="end">
        <TextInput label={say("callback.url")} type="url" value={url} miw={320} onChange={(e) => setUrl(e.currentTarget.value)} />
        <Button onClick={() => write.mutate({ path: "/api/callbacks", json: { url } })}>{say("callback.add")}</Button>
      </Group>
      <ProblemNote error={error ?? write.error} />
      {write.data?.secret && <Once label={write.data.url} secret={write.data.secret} />}
      {data?.items.map((c) => (
        <Group key={c.id} className="card">
          <Text flex={1} style={{ overflowWrap: "anywhere" }}>{c.url}</Text><Text>{say(`state.${c.state}`)}</Text>
          <Button size="xs" variant="default" aria-expanded={open === c.id} onClick={() => setOpen(open === c.id ? null : c.id)}>{say("callback.log")}</Button>
        </Group>
      ))}
      {open && <Log client={client} id={open} />}
    </Stack>
  );
}
