import { Button, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { byField } from "@/api/problem";
import type { Client, Invitation } from "@/api/types";
import { useWrite } from "@/api/useCell";
import { useSay } from "@/kit/say";
import { Once } from "@/ui/Once";
import { ProblemNote, useTell } from "@/ui/ProblemNote";

/** The operator invites a client's first manager, who invites everybody else. */
export function FirstManager({ client }: { client: Client }) {
  const say = useSay();
  const tell = useTell();
  const [email, setEmail] = useState("");
  const invite = useWrite<Invitation>(null);
  const faults = byField(invite.error, ["email"]);
  const send = (e: FormEvent) => {
    e.preventDefault();
    invite.mutate({ path: `/api/clients/${client.id}/invitations`, json: { email } }, { onSuccess: () => setEmail("") });
  };
  return (
    <>
      <form className="sheet form-line" aria-label={say("client.first", { name: client.name })} onSubmit={send}>
        <TextInput label={say("client.first", { name: client.name })} description={say("client.first.about")} type="email" required
          value={email} error={tell(faults["email"])} onChange={(e) => setEmail(e.currentTarget.value)} />
        <Button type="submit" loading={invite.isPending}>{say("person.invite")}</Button>
      </form>
      <ProblemNote error={invite.error} hide={Object.keys(faults).length > 0} />
      {invite.data?.token && <Once title={say("invitation.made", { email: invite.data.email })} secrets={[[say("invitation.link"), `${location.origin}/invite/${invite.data.token}`]]} />}
    </>
  );
}
