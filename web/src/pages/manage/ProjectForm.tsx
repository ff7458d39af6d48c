import { Button, NumberInput, Textarea, TextInput } from "@mantine/core";
import { type FormEvent, type ReactNode, useState } from "react";
import { byField, Problem } from "@/api/problem";
import type { KindUi } from "@/editor/kind-ui";
import { kindUi, kindUis } from "@/editor/kinds";
import { useFormat } from "@/kit/format";
import { useSaid, useSay } from "@/kit/say";
import { ProblemNote, useTell } from "@/ui/ProblemNote";
import { Prose } from "@/ui/Prose";
import { Forecast } from "./Forecast";
import { type Form, fieldsOf, missing } from "./form";
import { Ontology } from "./Ontology";
import { PolicyFields } from "./PolicyFields";

interface Props {
  client: string;
  /** The project that is edited; none yet for a new one. */
  project?: string;
  start: Form;
  /** Whether the kind and the currency can still be chosen. */
  fresh: boolean;
  error: unknown;
  pending: boolean;
  submitLabel: string;
  onSubmit: (form: Form, ui: KindUi) => void;
  children?: ReactNode;
}

/** What a project is: the question, its ontology, how it is explained, when it is decided, what it pays. */
export function ProjectForm({ client, project, start, fresh, error: refused, pending, submitLabel, onSubmit, children }: Props) {
  const say = useSay();
  const said = useSaid();
  const tell = useTell();
  const format = useFormat();
  const [form, setForm] = useState(start);
  const [lacking, setLacking] = useState<Problem | null>(null);
  const error = lacking ?? refused;
  const ui = kindUi(form.kind) ?? kindUis()[0];
  if (!ui) return null;
  const faults = byField(error, fieldsOf(form, ui));
  const told = (...names: string[]) => tell(names.map((n) => faults[n]).find((f) => f !== undefined));
  const set = (part: Partial<Form>) => setForm((f) => ({ ...f, ...part }));
  const text = (name: "name" | "question" | "instructions" | "currency") => ({
    value: form[name], onChange: (e: { currentTarget: { value: string } }) => set({ [name]: e.currentTarget.value }),
  });
  const number = (name: "price" | "minutes") => ({
    value: form[name], onChange: (value: string | number) => set({ [name]: Number(value) }),
  });
  const pays = form.minutes > 0 && /^[A-Za-z]{3}$/.test(form.currency.trim());
  const price = { micros: form.price * 1e6, currency: form.currency.trim().toUpperCase() };
  const submit = (e: FormEvent) => {
    e.preventDefault();
    const faults = missing(form, ui);
    setLacking(faults.length > 0 ? new Problem(422, "validation-failed", "", faults) : null);
    if (faults.length === 0) onSubmit(form, ui);
  };
  return (
    <form className="stack" onSubmit={submit} noValidate>
      <section className="sheet stack">
        <TextInput label={say("project.name")} required error={told("name")} {...text("name")} />
        {fresh && (
          <fieldset className="kinds">
            <legend>{say("project.kind")}</legend>
            {kindUis().map((k) => (
              <label key={k.id} className="kind">
                <input type="radio" name="kind" value={k.id} checked={form.kind === k.id} onChange={() => set({ kind: k.id })} />
                <span><b>{said(`kind.${k.id}`) ?? k.id}</b><small className="muted">{said(`kind.${k.id}.about`)}</small></span>
              </label>
            ))}
          </fieldset>
        )}
        <TextInput label={say("project.question")} description={say("project.question.about")} required error={told("config/question")} {...text("question")} />
        <Ontology form={form} ui={ui} faults={faults} onChange={(entries) => set({ entries })} />
      </section>
      <section className="sheet">
        <div className="halves">
          <Textarea label={say("project.instructions")} description={say("project.instructions.about")} autosize minRows={8} error={told("instructions")} {...text("instructions")} />
          <div className="preview"><h2>{say("project.preview")}</h2>{form.instructions.trim() ? <Prose>{form.instructions}</Prose> : <p className="muted">{say("project.preview.none")}</p>}</div>
        </div>
      </section>
      <PolicyFields client={client} form={form} onChange={set} told={told} />
      <section className="sheet">
        <h2 className="form-title">{say("project.pay")}</h2>
        <div className="fields">
          <NumberInput label={say("project.price")} min={0} decimalScale={6} error={told("price")} {...number("price")} />
          <TextInput label={say("project.currency")} maxLength={3} disabled={!fresh} error={told("price/currency")} {...text("currency")} />
          <NumberInput label={say("project.minutes")} min={0} decimalScale={4} error={told("minutes")} {...number("minutes")} />
          <output className="hourly"><span className="muted">{say("project.hourly")}</span><b className="figure">{pays ? format.hourly(price, form.minutes) : "–"}</b></output>
        </div>
        <p className="muted hint">{say("project.pay.about")}</p>
      </section>
      <Forecast client={client} form={form} project={project} />
      {children}
      <ProblemNote error={error} hide={Object.keys(faults).length > 0} />
      {Object.keys(faults).length > 0 && <p className="flaw" role="alert">{say("form.faults", { n: Object.keys(faults).length })}</p>}
      <div><Button type="submit" size="md" loading={pending}>{submitLabel}</Button></div>
    </form>
  );
}
