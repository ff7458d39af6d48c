import { Button, Group, NativeSelect, NumberInput, SimpleGrid, Stack, Text, Textarea, TextInput, Title } from "@mantine/core";
import { useNavigate, useParams } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { byField, Problem } from "@/api/problem";
import type { Project } from "@/api/types";
import { useWrite } from "@/api/useCell";
import { kindIds, kindUi } from "@/editor/kinds";
import { useSay } from "@/kit/t";
import { ProblemNote } from "@/ui/ProblemNote";
import { Prose } from "@/ui/Prose";

const FIELDS = ["name", "kind", "config/question", "config", "instructions", "policy", "price", "price/currency", "minutes"];
const start = {
  name: "", kind: "choice", question: "", labels: "", instructions: "", policy: "fixed", answers: 3, confidence: 95, max: 7,
  price: 0.05, currency: "USD", minutes: 0.5,
};

export function NewProject() {
  const { client } = useParams({ strict: false }) as { client: string };
  const say = useSay();
  const navigate = useNavigate();
  const [form, setForm] = useState(start);
  const write = useWrite<Project>(client);
  const faults = write.error instanceof Problem ? byField(write.error, FIELDS) : {};
  const text = (name: "name" | "question" | "labels" | "instructions" | "currency" | "kind" | "policy") => ({
    value: form[name], onChange: (e: { currentTarget: { value: string } }) => { const { value } = e.currentTarget; setForm((f) => ({ ...f, [name]: value })); },
  });
  const number = (name: "answers" | "confidence" | "max" | "price" | "minutes") => ({
    value: form[name], onChange: (value: string | number) => setForm((f) => ({ ...f, [name]: Number(value) })),
  });
  const submit = (e: FormEvent) => {
    e.preventDefault();
    const labels = form.labels.split("\n").filter((l) => l.trim() !== "");
    write.mutate({ path: "/api/projects", json: {
      name: form.name, kind: form.kind, instructions: form.instructions, minutes: form.minutes,
      config: kindUi(form.kind)?.config(form.question, labels) ?? {},
      policy: form.policy === "fixed" ? { type: "fixed", answers: form.answers }
        : { type: "target", confidence: form.confidence / 100, min: 1, max: form.max },
      price: { micros: Math.round(form.price * 1e6), currency: form.currency },
    } }, { onSuccess: (p) => void navigate({ to: "/manage/$client/$project", params: { client, project: p.id } }) });
  };
  return (
    <Stack component="form" maw={860} onSubmit={submit}>
      <Title order={1}>{say("project.new")}</Title>
      <TextInput label={say("name")} required error={faults["name"]} {...text("name")} />
      <NativeSelect label={say("project.kind")} data={kindIds()} error={faults["kind"]} {...text("kind")} />
      <TextInput label={say("project.question")} required error={faults["config/question"]} {...text("question")} />
      <Textarea label={say("project.labels")} autosize minRows={3} required error={faults["config"]} {...text("labels")} />
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <Textarea label={say("project.instructions")} autosize minRows={6} error={faults["instructions"]} {...text("instructions")} />
        <div><Text size="sm" fw={500}>{say("project.preview")}</Text><Prose>{form.instructions}</Prose></div>
      </SimpleGrid>
      <Group align="start">
        <NativeSelect label={say("project.policy")} error={faults["policy"]} {...text("policy")}
          data={[{ value: "fixed", label: say("policy.fixed") }, { value: "target", label: say("policy.target") }]} />
        {form.policy === "fixed" ? <NumberInput label={say("policy.answers")} min={1} max={100} {...number("answers")} /> : <>
          <NumberInput label={say("policy.confidence")} min={51} max={99.9} {...number("confidence")} />
          <NumberInput label={say("policy.max")} min={1} max={100} {...number("max")} /></>}
      </Group>
      <Group align="start">
        <NumberInput label={say("project.price")} min={0} decimalScale={6} error={faults["price"]} {...number("price")} />
        <TextInput label={say("project.currency")} error={faults["price/currency"]} {...text("currency")} />
        <NumberInput label={say("project.minutes")} min={0.01} error={faults["minutes"]} {...number("minutes")} />
      </Group>
      {Object.keys(faults).length === 0 && <ProblemNote error={write.error} />}
      <Group><Button type="submit" loading={write.isPending}>{say("project.create")}</Button></Group>
    </Stack>
  );
}
