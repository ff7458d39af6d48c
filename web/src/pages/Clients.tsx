import { Button, NumberInput, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { byField } from "@/api/problem";
import type { Client } from "@/api/types";
import { useList, useWrite } from "@/api/useCell";
import { useFormat } from "@/kit/format";
import { useSay } from "@/kit/say";
import { Once } from "@/ui/Once";
import { Empty, PageHead } from "@/ui/Page";
import { ProblemNote, useTell } from "@/ui/ProblemNote";
import { type Column, Table } from "@/ui/Table";
import { FirstManager } from "./FirstManager";

/** The operator's page: the clients of this installation, and new ones. */
export function Clients() {
  const say = useSay();
  const tell = useTell();
  const format = useFormat();
  const { items, more, loading, error } = useList<Client>(null, "/api/clients");
  const write = useWrite<Client>(null);
  const [form, setForm] = useState({ name: "", group: "", days: 0 });
  const [chosen, choose] = useState<Client | null>(null);
  const faults = byField(write.error, ["name", "exclusion_group", "exclusion_days"]);
  const add = (e: FormEvent) => {
    e.preventDefault();
    const group = form.group.trim();
    write.mutate({ path: "/api/clients", json: { name: form.name, ...(group && { exclusion_group: group, exclusion_days: form.days }) } },
      { onSuccess: (made) => { setForm({ name: "", group: "", days: 0 }); choose(made); } });
  };
  const columns: Column<Client>[] = [
    { key: "name", head: say("name"), width: "minmax(0, 2fr)", cell: (c) => <b className="name">{c.name}</b> },
    { key: "group", head: say("client.group"), width: "minmax(0, 1.4fr)", cell: (c) => c.exclusion_group && say("client.walled", { group: c.exclusion_group, days: c.exclusion_days }) },
    { key: "made", head: say("made"), end: true, width: "8rem", cell: (c) => format.date(c.created_at) },
    { key: "go", head: say("acts"), plain: true, end: true, width: "9rem", cell: (c) => (
      <Button size="xs" variant="default" aria-label={say("client.first.invite.of", { name: c.name })} onClick={() => choose(c)}>{say("client.first.invite")}</Button>) },
  ];
  return (
    <div className="narrow">
      <PageHead title={say("nav.clients")} lead={say("client.about")} />
      <form className="sheet form-line" onSubmit={add}>
        <TextInput label={say("name")} required value={form.name} error={tell(faults["name"])} onChange={(e) => { const { value } = e.currentTarget; setForm((f) => ({ ...f, name: value })); }} />
        <TextInput label={say("client.group")} description={say("client.group.about")} value={form.group} error={tell(faults["exclusion_group"])}
          onChange={(e) => { const { value } = e.currentTarget; setForm((f) => ({ ...f, group: value })); }} />
        {form.group.trim() !== "" && <NumberInput label={say("client.days")} min={0} max={3650} value={form.days} error={tell(faults["exclusion_days"])} onChange={(v) => setForm((f) => ({ ...f, days: Number(v) }))} />}
        <Button type="submit" loading={write.isPending}>{say("client.add")}</Button>
      </form>
      <ProblemNote error={error ?? write.error} hide={Object.keys(faults).length > 0} />
      {write.data?.live_key && <Once title={say("client.added", { name: write.data.name })} secrets={[[say("key.live"), write.data.live_key], [say("key.test"), write.data.test_key ?? ""]]} />}
      {chosen && <FirstManager key={chosen.id} client={chosen} />}
      {items.length > 0 && <Table label={say("nav.clients")} items={items} columns={columns} keyOf={(c) => c.id} onEnd={more} />}
      {!loading && items.length === 0 && !error && <Empty title={say("client.none")}>{say("client.none.about")}</Empty>}
    </div>
  );
}
