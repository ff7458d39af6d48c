import { Button, PasswordInput, Stack, Text, TextInput, Title } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { control, signedIn } from "@/api/http";
import { byField, Problem } from "@/api/problem";
import type { Session } from "@/api/types";
import { useSay } from "@/kit/t";
import { ProblemNote } from "@/ui/ProblemNote";

/** Signs in, or with a token in the address accepts an invitation. */
export function SignIn() {
  const say = useSay();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const { token } = useParams({ strict: false }) as { token?: string };
  const [email, setEmail] = useState("");
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const enter = useMutation({
    mutationFn: () => control<Session>(token ? "/api/invitations/accept" : "/api/session", {
      method: "POST", json: token ? { token, name, password } : { email, password },
    }),
    onSuccess: async (session) => {
      queries.clear();
      queries.setQueryData(["session"], signedIn(session));
      await navigate({ to: "/" });
    },
  });
  const faults = enter.error instanceof Problem ? byField(enter.error, ["email", "name", "password"]) : {};
  const submit = (e: FormEvent) => { e.preventDefault(); enter.mutate(); };
  return (
    <Stack component="form" className="card" maw={420} mx="auto" mt="xl" onSubmit={submit}>
      <Title order={1} size="h2">{say(token ? "invite.title" : "sign-in.title")}</Title>
      <Text c="dimmed" size="sm">{say("tagline")}</Text>
      {token ? <TextInput label={say("name")} value={name} required error={faults["name"]} autoComplete="name" onChange={(e) => setName(e.currentTarget.value)} />
        : <TextInput label={say("email")} type="email" name="email" value={email} required error={faults["email"]} autoComplete="username" onChange={(e) => setEmail(e.currentTarget.value)} />}
      <PasswordInput label={say("password")} name="password" value={password} required error={faults["password"]}
        autoComplete={token ? "new-password" : "current-password"} onChange={(e) => setPassword(e.currentTarget.value)} />
      {Object.keys(faults).length === 0 && <ProblemNote error={enter.error} />}
      <Button type="submit" loading={enter.isPending}>{say(token ? "invite.accept" : "sign-in")}</Button>
    </Stack>
  );
}
