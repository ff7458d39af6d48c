import { Button, Group, NativeSelect, Stack, Text, TextInput, Title } from "@mantine/core";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import type { Invitation, Member, Page } from "@/api/types";
import { useRead, useWrite } from "@/api/useCell";
import { useSay } from "@/kit/t";
import { Once } from "@/ui/Once";
import { ProblemNote } from "@/ui/ProblemNote";
import { Rows } from "@/ui/Rows";

export function People() {
  const { client } = useParams({ strict: false }) as { client: string };
  const say = useSay();
  const members = useRead<Page<Member>>(client, "/api/members?limit=200");
  const write = useWrite<Invitation>(client);
  const [email, setEmail] = useState("");
  const [role, setRole] = useState("labeler");
  return (
    <Stack maw={860}>
      <Title order={1}>{say("people")}</Title>
      <Group align="end">
        <TextInput label={say("email")} type="email" value={email} onChange={(e) => setEmail(e.currentTarget.value)} />
        <NativeSelect label={say("role")} value={role} onChange={(e) => setRole(e.currentTarget.value)}
          data={(["labeler", "reviewer", "manager"] as const).map((r) => ({ value: r, label: say(`role.${r}`) }))} />
        <Button onClick={() => write.mutate({ path: "/api/invitations", json: { email, role, team: "in-house" } })}>{say("person.invite")}</Button>
      </Group>
      <ProblemNote error={members.error ?? write.error} />
      {write.data?.token && <Once label={write.data.email} secret={`${location.origin}/invite/${write.data.token}`} />}
      <Rows label={say("people")} items={members.data?.items ?? []} row={(m) => (
        <div className="row" style={{ height: 52 }}><Text flex={1}>{m.name}</Text><Text c="dimmed">{m.email}</Text><Text>{say(`role.${m.role}`)}</Text></div>
      )} />
    </Stack>
  );
}
