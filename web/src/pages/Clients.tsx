import { Button, Group, Stack, Text, TextInput, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { control } from "@/api/http";
import type { Client, Page } from "@/api/types";
import { useSay } from "@/kit/t";
import { Once } from "@/ui/Once";
import { ProblemNote } from "@/ui/ProblemNote";
import { Rows } from "@/ui/Rows";

export function Clients() {
  const say = useSay();
  const queries = useQueryClient();
  const [name, setName] = useState("");
  const { data, error } = useQuery({ queryKey: ["clients"], queryFn: () => control<Page<Client>>("/api/clients?limit=200") });
  const add = useMutation({
    mutationFn: () => control<Client>("/api/clients", { method: "POST", json: { name } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["clients"] }),
  });
  return (
    <Stack maw={860}>
      <Title order={1}>{say("nav.clients")}</Title>
      <Group align="end">
        <TextInput label={say("name")} value={name} onChange={(e) => setName(e.currentTarget.value)} />
        <Button loading={add.isPending} onClick={() => add.mutate()}>{say("client.add")}</Button>
      </Group>
      <ProblemNote error={error ?? add.error} />
      {add.data?.live_key && <Once label={say("client.live")} secret={add.data.live_key} />}
      {add.data?.test_key && <Once label={say("client.test")} secret={add.data.test_key} />}
      <Rows label={say("nav.clients")} items={data?.items ?? []} row={(c) => <Text className="row" style={{ height: 52 }}>{c.name}</Text>} />
    </Stack>
  );
}
