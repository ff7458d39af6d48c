import { Button, NativeSelect, TextInput } from "@mantine/core";
import { useParams } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { byField } from "@/api/problem";
import { useMembership } from "@/api/session";
import type { Key } from "@/api/types";
import { useList, useWrite } from "@/api/useCell";
import { useFormat } from "@/kit/format";
import { useSay } from "@/kit/say";
import { Once } from "@/ui/Once";
import { Empty, PageHead, State } from "@/ui/Page";
import { ProblemNote, useTell } from "@/ui/ProblemNote";
import { Sure } from "@/ui/Sure";
import { type Column, Table } from "@/ui/Table";

const MODES = ["live", "test"] as const;
const ROLES = ["manager", "labeler"] as const;

export function Keys() {
  const { client } = useParams({ strict: false }) as { client: string };
  const say = useSay();
  const tell = useTell();
  const format = useFormat();
  const { items, more, loading, error } = useList<Key>(client, "/api/keys");
  const write = useWrite<Key>(client);
  const [form, setForm] = useState({ name: "", mode: "live", role: "manager" });
  const faults = byField(write.error, ["name"]);
  const set = (name: keyof typeof form) => (e: { currentTarget: { value: string } }) => { const { value } = e.currentTarget; setForm((f) => ({ ...f, [name]: value })); };
  const make = (e: FormEvent) => { e.preventDefault(); write.mutate({ path: "/api/keys", json: form }, { onSuccess: () => setForm((f) => ({ ...f, name: "" })) }); };
  const columns: Column<Key>[] = [
    { key: "name", head: say("name"), width: "minmax(0, 2fr)", cell: (k) => <b className="name">{k.name}</b> },
    { key: "end", head: say("key"), width: "9rem", cell: (k) => <code className="code">{`nrc_${k.mode}_…${k.last4}`}</code> },
    { key: "role", head: say("role"), width: "7rem", cell: (k) => say(`role.${k.role}`) },
    { key: "made", head: say("made"), end: true, width: "8rem", cell: (k) => format.date(k.created_at) },
    { key: "state", head: say("acts"), plain: true, end: true, width: "8rem", cell: (k) => (k.revoked_at ? <State tone="calm">{say("key.revoked")}</State> : (
      <Sure act={say("key.revoke")} question={say("key.revoke.sure", { name: k.name })} onSure={() => write.mutate({ path: `/api/keys/${k.id}`, method: "DELETE" })} />)) },
  ];
  return (
    <div className="narrow stack">
      <PageHead title={say("keys")} within={useMembership(client)?.client_name} lead={say("keys.about")} />
      <form className="sheet form-line" onSubmit={make}>
        <TextInput label={say("name")} required value={form.name} error={tell(faults["name"])} onChange={set("name")} placeholder={say("key.name.example")} />
        <NativeSelect label={say("key.mode")} value={form.mode} onChange={set("mode")} data={MODES.map((m) => ({ value: m, label: say(`key.mode.${m}`) }))} />
        <NativeSelect label={say("role")} value={form.role} onChange={set("role")} data={ROLES.map((r) => ({ value: r, label: say(`role.${r}`) }))} />
        <Button type="submit" loading={write.isPending}>{say("key.new")}</Button>
      </form>
      <ProblemNote error={error ?? write.error} hide={Object.keys(faults).length > 0} />
      {write.data?.key && <Once title={say("key.made")} secrets={[[write.data.name, write.data.key]]} />}
      {items.length > 0 && <Table label={say("keys")} items={items} columns={columns} keyOf={(k) => k.id} onEnd={more} />}
      {!loading && items.length === 0 && !error && <Empty title={say("keys.none")}>{say("keys.none.about")}</Empty>}
    </div>
  );
}
