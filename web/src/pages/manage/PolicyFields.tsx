import { NumberInput, TextInput } from "@mantine/core";
import { type ReactNode, useId } from "react";
import type { Labeler } from "@/api/types";
import { useList } from "@/api/useCell";
import { useSay } from "@/kit/say";
import { ExamFields } from "./ExamFields";
import type { Form } from "./form";

interface Props {
  client: string;
  form: Form;
  onChange: (part: Partial<Form>) => void;
  told: (...names: string[]) => ReactNode;
}
type Numbered = "answers" | "confidence" | "least" | "most" | "cap" | "experts" | "gold";

/** When a task ends: after so many answers, or when it is sure enough, within a cap, and who is asked where it is not. */
export function PolicyFields({ client, form, onChange, told }: Props) {
  const say = useSay();
  const number = (name: Numbered) => ({ value: form[name], onChange: (value: string | number) => onChange({ [name]: Number(value) }) });
  return (
    <section className="sheet stack">
      <div>
        <h2 className="form-title">{say("policy")}</h2>
        <fieldset className="kinds">
          <legend className="sr">{say("policy")}</legend>
          {(["target", "fixed"] as const).map((p) => (
            <label key={p} className="kind">
              <input type="radio" name="policy" value={p} checked={form.policy === p} onChange={() => onChange({ policy: p })} />
              <span><b>{say(`policy.${p}`)}</b><small className="muted">{say(`policy.${p}.about`)}</small></span>
            </label>
          ))}
        </fieldset>
      </div>
      {form.policy === "fixed" ? (
        <div className="fields"><NumberInput label={say("policy.answers")} min={1} max={100} allowDecimal={false} error={told("policy/answers", "policy")} {...number("answers")} /></div>
      ) : (
        <>
          <div className="fields">
            <NumberInput label={say("policy.confidence")} suffix=" %" min={50} max={100} decimalScale={3} error={told("policy/confidence", "policy")} {...number("confidence")} />
            <NumberInput label={say("policy.least")} min={1} max={100} allowDecimal={false} error={told("policy/min")} {...number("least")} />
            <NumberInput label={say("policy.most")} min={1} max={100} allowDecimal={false} error={told("policy/max")} {...number("most")} />
          </div>
          <div className="fields wide">
            <NumberInput label={say("policy.cap")} description={say("policy.cap.about")} placeholder={say("policy.cap.none")} min={0} decimalScale={6} error={told("policy/cost_cap")} {...number("cap")} value={form.cap || ""} />
            <Skill client={client} form={form} onChange={onChange} told={told} />
            {form.escalate.trim() && <NumberInput label={say("policy.experts")} description={say("policy.experts.about")} min={1} max={20} allowDecimal={false} error={told("policy/escalate/answers")} {...number("experts")} />}
          </div>
        </>
      )}
      <div className="fields">
        <NumberInput label={say("policy.gold")} description={say("policy.gold.about")} suffix=" %" min={0} max={50} decimalScale={2} error={told("policy/gold_share")} {...number("gold")} />
        <ExamFields form={form} onChange={onChange} told={told} />
      </div>
    </section>
  );
}

/** A skill by its name; those that somebody has are offered. */
function Skill({ client, form, onChange, told }: Props) {
  const say = useSay();
  const list = useId();
  const { items, loading } = useList<Labeler>(client, "/api/labelers");
  const known = [...new Set(items.flatMap((l) => l.skills))].sort();
  const wanted = form.escalate.trim();
  const nobody = !loading && wanted !== "" && !known.includes(wanted);
  return (
    <>
      <TextInput label={say("policy.escalate")} description={say(nobody ? "policy.escalate.nobody" : "policy.escalate.about")} list={list} maxLength={64}
        error={told("policy/escalate/to")} value={form.escalate} onChange={(e) => onChange({ escalate: e.currentTarget.value })} />
      <datalist id={list}>{known.map((skill) => <option key={skill} value={skill} />)}</datalist>
    </>
  );
}
