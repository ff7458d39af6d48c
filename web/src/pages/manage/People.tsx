import { Button, NativeSelect, TextInput, Title } from "@mantine/core";
import { useParams } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { byField } from "@/api/problem";
import { useMembership, useSession } from "@/api/session";
import type { Invitation, Member } from "@/api/types";
import { useList, useWrite } from "@/api/useCell";
import { useFormat } from "@/kit/format";
import { useSay } from "@/kit/say";
import { Find } from "@/ui/Find";
import { Once } from "@/ui/Once";
import { PageHead, State } from "@/ui/Page";
import { ProblemNote, useTell } from "@/ui/ProblemNote";
import { Sure } from "@/ui/Sure";
import { type Column, Table } from "@/ui/Table";

const ROLES = ["labeler", "reviewer", "manager"] as const;
const TEAMS = ["in-house", "vendor"] as const;

/** Who belongs to the client, and who is asked to. */
export function People() {
  const { client } = useParams({ strict: false }) as { client: string };
  const say = useSay();
  const tell = useTell();
  const format = useFormat();
  const me = useSession()?.person.id;
  const [search, setSearch] = useState("");
  const members = useList<Member>(client, "/api/members", search ? { search } : {});
  const asked = useList<Invitation>(client, "/api/invitations");
  const invite = useWrite<Invitation>(client);
  const change = useWrite<Member>(client);
  const [form, setForm] = useState({ email: "", role: "labeler", team: "in-house" });
  const faults = byField(invite.error, ["email"]);
  const set = (name: keyof typeof form) => (e: { currentTarget: { value: string } }) => { const { value } = e.currentTarget; setForm((f) => ({ ...f, [name]: value })); };
  const send = (e: FormEvent) => { e.preventDefault(); invite.mutate({ path: "/api/invitations", json: form }, { onSuccess: () => setForm((f) => ({ ...f, email: "" })) }); };
  const roles = ROLES.map((r) => ({ value: r, label: say(`role.${r}`) }));
  const columns: Column<Member>[] = [
    { key: "name", head: say("name"), width: "minmax(0, 2fr)", cell: (m) => <span><b className="name">{m.name}</b><small className="muted">{m.email}</small></span> },
    { key: "team", head: say("team"), width: "7rem", cell: (m) => say(`team.${m.team}`) },
    { key: "role", head: say("role"), width: "9rem", cell: (m) => (m.person_id === me ? say(`role.${m.role}`) : (
      <NativeSelect size="xs" aria-label={say("role.of", { name: m.name })} value={m.role} data={roles}
        onChange={(e) => change.mutate({ path: `/api/members/${m.person_id}`, method: "PATCH", json: { role: e.currentTarget.value } })} />)) },
    { key: "go", head: say("acts"), plain: true, end: true, width: "7rem", cell: (m) => m.person_id !== me && (
      <Sure act={say("person.remove")} question={say("person.remove.sure", { name: m.name })} onSure={() => change.mutate({ path: `/api/members/${m.person_id}`, method: "DELETE" })} />) },
  ];
  const invited: Column<Invitation>[] = [
    { key: "email", head: say("email"), width: "minmax(0, 2fr)", cell: (i) => i.email },
    { key: "role", head: say("role"), width: "8rem", cell: (i) => say(`role.${i.role}`) },
    { key: "until", head: say("invitation.until"), end: true, width: "9rem", cell: (i) => format.date(i.expires_at) },
    { key: "state", head: say("state"), width: "8rem", cell: (i) => <State tone={i.accepted_at ? "good" : "busy"}>{say(i.accepted_at ? "invitation.accepted" : "invitation.open")}</State> },
  ];
  return (
    <div className="narrow stack">
      <PageHead title={say("people")} within={useMembership(client)?.client_name} lead={say("people.about")} />
      <form className="sheet form-line" onSubmit={send}>
        <TextInput label={say("email")} type="email" required value={form.email} error={tell(faults["email"])} onChange={set("email")} />
        <NativeSelect label={say("role")} value={form.role} onChange={set("role")} data={roles} />
        <NativeSelect label={say("team")} value={form.team} onChange={set("team")} data={TEAMS.map((t) => ({ value: t, label: say(`team.${t}`) }))} />
        <Button type="submit" loading={invite.isPending}>{say("person.invite")}</Button>
      </form>
      <ProblemNote error={members.error ?? invite.error ?? change.error} hide={Object.keys(faults).length > 0} />
      {invite.data?.token && <Once title={say("invitation.made", { email: invite.data.email })} secrets={[[say("invitation.link"), `${location.origin}/invite/${invite.data.token}`]]} />}
      <Find label={say("person.find")} onFind={setSearch} />
      {search && !members.loading && members.items.length === 0 && <p className="muted">{say("person.nobody", { search })}</p>}
      {members.items.length > 0 && <Table label={say("people")} items={members.items} columns={columns} keyOf={(m) => m.person_id} onEnd={members.more} />}
      {asked.items.length > 0 && <><Title order={2}>{say("invitations")}</Title><Table label={say("invitations")} items={asked.items} columns={invited} keyOf={(i) => i.id} onEnd={asked.more} /></>}
    </div>
  );
}
