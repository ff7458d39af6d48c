import { Button, PasswordInput, Stack, Text, TextInput, Title } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { control } from "@/api/http";
import { byField } from "@/api/problem";
import { enter } from "@/api/session";
import type { Session } from "@/api/types";
import { chosen, speak } from "@/kit/language";
import { useSay } from "@/kit/say";
import { useTitle } from "@/kit/title";
import { Mark } from "@/ui/Mark";
import { ProblemNote, useTell } from "@/ui/ProblemNote";

const SHORTEST = 10;

/** Signs in, or with a token in the address accepts an invitation. */
export function SignIn() {
  const say = useSay();
  const tell = useTell();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const { token } = useParams({ strict: false });
  const { next } = useSearch({ strict: false });
  const [email, setEmail] = useState("");
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const title = say(token ? "invite.title" : "sign-in");
  useTitle(title);
  const going = useMutation({
    mutationFn: () => control<Session>(token ? "/api/invitations/accept" : "/api/session", {
      method: "POST", json: token ? { token, name, password } : { email, password },
    }),
    onSuccess: async (session) => {
      enter(queries, session);
      if (!chosen() && session.person.locale === "id") await speak("id");
      await (next ? navigate({ href: next }) : navigate({ to: "/" }));
    },
  });
  const faults = byField(going.error, ["email", "name", "password"]);
  const submit = (e: FormEvent) => { e.preventDefault(); going.mutate(); };
  return (
    <div className="gate">
      <Mark size={44} />
      <Title order={1} ta="center">{title}</Title>
      <Text c="dimmed" ta="center" mb="lg">{say(token ? "invite.about" : "tagline")}</Text>
      <Stack component="form" className="sheet" onSubmit={submit} gap="md">
        {token ? <TextInput label={say("name")} name="name" value={name} required error={tell(faults["name"])} autoComplete="name" onChange={(e) => setName(e.currentTarget.value)} />
          : <TextInput label={say("email")} type="email" name="email" value={email} required error={tell(faults["email"])} autoComplete="username" onChange={(e) => setEmail(e.currentTarget.value)} />}
        <PasswordInput label={say("password")} name="password" value={password} required error={tell(faults["password"])} aria-invalid={faults["password"] ? true : undefined} {...(token ? { description: say("invite.password", { n: SHORTEST }) } : {})}
          autoComplete={token ? "new-password" : "current-password"} onChange={(e) => setPassword(e.currentTarget.value)}
          visibilityToggleButtonProps={{ "aria-label": say("password.show"), tabIndex: 0 }} />
        <ProblemNote error={going.error} hide={Object.keys(faults).length > 0} />
        <Button type="submit" size="md" loading={going.isPending}>{say(token ? "invite.accept" : "sign-in")}</Button>
      </Stack>
    </div>
  );
}
