import { Button, NativeSelect, TextInput } from "@mantine/core";
import { useParams } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { byField } from "@/api/problem";
import { useMembership } from "@/api/session";
import type { Callback, Project } from "@/api/types";
import { useList, useWrite } from "@/api/useCell";
import { useSay } from "@/kit/say";
import { Once } from "@/ui/Once";
import { Empty, PageHead, State } from "@/ui/Page";
import { ProblemNote, useTell } from "@/ui/ProblemNote";
import { Sure } from "@/ui/Sure";
import { Deliveries } from "./Deliveries";
import { TONES } from "./tones";

/** The addresses that are told of every finished task, and what was sent to them. */
export function Callbacks() {
  const { client } = useParams({ strict: false }) as { client: string };
  const say = useSay();
  const tell = useTell();
  const { items, loading, error } = useList<Callback>(client, "/api/callbacks");
  const projects = useList<Project>(client, "/api/projects");
  const make = useWrite<Callback>(client);
  const change = useWrite<Callback>(client);
  const [form, setForm] = useState({ url: "", project_id: "" });
  const [open, setOpen] = useState<string | null>(null);
  const faults = byField(make.error, ["url"]);
  const named = new Map(projects.items.map((p) => [p.id, p.name]));
  const add = (e: FormEvent) => {
    e.preventDefault();
    make.mutate({ path: "/api/callbacks", json: { url: form.url, ...(form.project_id && { project_id: form.project_id }) } }, { onSuccess: () => setForm({ url: "", project_id: "" }) });
  };
  return (
    <div className="stack">
      <PageHead title={say("callbacks")} within={useMembership(client)?.client_name} lead={say("callbacks.about")} />
      <form className="sheet form-line" onSubmit={add}>
        <TextInput label={say("callback.url")} type="url" required value={form.url} error={tell(faults["url"])} placeholder={say("callback.url.example")}
          onChange={(e) => { const { value } = e.currentTarget; setForm((f) => ({ ...f, url: value })); }} />
        <NativeSelect label={say("project")} value={form.project_id} onChange={(e) => { const { value } = e.currentTarget; setForm((f) => ({ ...f, project_id: value })); }}
          data={[{ value: "", label: say("callback.every-project") }, ...projects.items.map((p) => ({ value: p.id, label: p.name }))]} />
        <Button type="submit" loading={make.isPending}>{say("callback.add")}</Button>
      </form>
      <ProblemNote error={error ?? make.error ?? change.error} hide={Object.keys(faults).length > 0} />
      {make.data?.secret && <Once title={say("callback.secret")} secrets={[[make.data.url, make.data.secret]]} />}
      {items.map((c) => {
        const path = `/api/callbacks/${c.id}`;
        return (
          <section key={c.id} className="sheet" aria-label={c.url}>
            <div className="callback">
              <span><b className="name code">{c.url}</b><small className="muted">{c.project_id ? (named.get(c.project_id) ?? c.project_id) : say("callback.every-project")}</small></span>
              <State tone={TONES[c.state]}>{say(`state.${c.state}`)}</State>
              <Button size="compact-sm" variant="default" aria-expanded={open === c.id} onClick={() => setOpen(open === c.id ? null : c.id)}>{say("callback.log")}</Button>
              <Button size="compact-sm" variant="default" onClick={() => change.mutate({ path, method: "PATCH", json: { state: c.state === "active" ? "paused" : "active" } })}>{say(c.state === "active" ? "callback.pause" : "callback.resume")}</Button>
              <Sure act={say("callback.remove")} question={say("callback.remove.sure")} onSure={() => change.mutate({ path, method: "DELETE" })} />
            </div>
            {c.notice && <p className="flaw" role="alert">{c.notice}</p>}
            {open === c.id && <Deliveries client={client} id={c.id} />}
          </section>
        );
      })}
      {!loading && items.length === 0 && !error && <Empty title={say("callbacks.none")}>{say("callbacks.none.about")}</Empty>}
    </div>
  );
}
