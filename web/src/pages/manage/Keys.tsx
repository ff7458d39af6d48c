import { Button, Group, NativeSelect, Stack, Text, TextInput, Title } from "@mantine/core";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import type { Key, Page } from "@/api/types";
import { useRead, useWrite } from "@/api/useCell";
import { useSay } from "@/kit/t";
import { Once } from "@/ui/Once";
import { ProblemNote } from "@/ui/ProblemNote";

export function Keys() {
  const { client } = useParams({ strict: false }) as { client: string };
  const say = useSay();
  const { data, error } = useRead<Page<Key>>(client, "/api/keys?limit=200");
  const write = useWrite<Key>(client);
  const [name, setName] = useState("");
  const [mode, setMode] = useState("live");
  return (
    <Stack maw={860}>
      <Title order={1}>{say("keys")}</Title>
      <Group align="end">
        <TextInput label={say("name")} value={name} onChange={(e) => setName(e.currentTarget.value)} />
        <NativeSelect label={say("project.kind")} data={["live", "test"]} value={mode} onChange={(e) => setMode(e.currentTarget.value)} />
        <Button onClick={() => write.mutate({ path: "/api/keys", json: { name, mode, role: "manager" } })}>{say("key.new")}</Button>
      </Group>
      <ProblemNote error={error ?? write.error} />
      {write.data?.key && <Once label={write.data.name} secret={write.data.key} />}
      {data?.items.map((k) => (
        <Group key={k.id} className="card">
          <Text flex={1}>{k.name}</Text><Text ff="monospace">{`${k.mode} …${k.last4}`}</Text>
          {k.revoked_at ? <Text c="dimmed">{say("key.revoked")}</Text>
            : <Button size="xs" variant="default" onClick={() => write.mutate({ path: `/api/keys/${k.id}`, method: "DELETE" })}>{say("key.revoke")}</Button>}
        </Group>
      ))}
    </Stack>
  );
}
