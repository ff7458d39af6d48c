import { Button, NativeSelect, TextInput } from "@mantine/core";
import { useParams } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { byField } from "@/api/problem";
import { useMembership } from "@/api/session";
import type { Model, Project } from "@/api/types";
import { useList, useWrite } from "@/api/useCell";
import { useSay } from "@/kit/say";
import { Once } from "@/ui/Once";
import { Empty, PageHead } from "@/ui/Page";
import { ProblemNote, useTell } from "@/ui/ProblemNote";
import { ModelCard } from "./ModelCard";

const EVERY = 5000;
const FRESH = { name: "", url: "", project_id: "" };

/** The programs that label, where each works and how it fares there. */
export function Models() {
  const { client } = useParams({ strict: false }) as { client: string };
  const say = useSay();
  const tell = useTell();
  const { items, loading, error } = useList<Model>(client, "/api/models", {}, EVERY);
  const projects = useList<Project>(client, "/api/projects");
  const make = useWrite<Model>(client);
  const [form, setForm] = useState(FRESH);
  const faults = byField(make.error, ["name", "url"]);
  const set = (name: keyof typeof form) => (e: { currentTarget: { value: string } }) => { const { value } = e.currentTarget; setForm((f) => ({ ...f, [name]: value })); };
  const add = (e: FormEvent) => {
    e.preventDefault();
    const { project_id, ...rest } = form;
    make.mutate({ path: "/api/models", json: { ...rest, project_ids: project_id ? [project_id] : [] } }, { onSuccess: () => setForm(FRESH) });
  };
  return (
    <div className="stack">
      <PageHead title={say("models")} within={useMembership(client)?.client_name} lead={say("models.about")} />
      <form className="sheet form-line" onSubmit={add}>
        <TextInput label={say("name")} required value={form.name} error={tell(faults["name"])} onChange={set("name")} placeholder={say("model.name.example")} />
        <TextInput label={say("model.url")} type="url" required value={form.url} error={tell(faults["url"])} onChange={set("url")} placeholder={say("model.url.example")} />
        <NativeSelect label={say("project")} value={form.project_id} onChange={set("project_id")}
          data={[{ value: "", label: say("model.no-project") }, ...projects.items.map((p) => ({ value: p.id, label: p.name }))]} />
        <Button type="submit" loading={make.isPending}>{say("model.add")}</Button>
      </form>
      <ProblemNote error={error ?? make.error} hide={Object.keys(faults).length > 0} />
      {make.data?.secret && <Once title={say("model.secret")} secrets={[[make.data.name, make.data.secret]]} />}
      {items.map((m) => <ModelCard key={m.id} client={client} model={m} projects={projects.items} />)}
      {!loading && items.length === 0 && !error && <Empty title={say("models.none")}>{say("models.none.about")}</Empty>}
    </div>
  );
}
