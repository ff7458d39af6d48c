import { NumberInput } from "@mantine/core";
import type { ReactNode } from "react";
import { useSay } from "@/kit/say";
import type { Form } from "./form";

interface Props {
  form: Form;
  onChange: (part: Partial<Form>) => void;
  told: (...names: string[]) => ReactNode;
}

/** What a new labeler passes before they work; without a number of tasks there is no exam. */
export function ExamFields({ form, onChange, told }: Props) {
  const say = useSay();
  const number = (name: "exam" | "examRight" | "examAttempts") => ({
    value: form[name], onChange: (value: string | number) => onChange({ [name]: Number(value) }),
  });
  return (
    <>
      <NumberInput label={say("exam.tasks")} description={say("exam.tasks.about")} min={0} max={100} allowDecimal={false} error={told("policy/exam/tasks", "policy/exam")} {...number("exam")} />
      {form.exam > 0 && (
        <>
          <NumberInput label={say("exam.right")} suffix=" %" min={1} max={100} decimalScale={1} error={told("policy/exam/right")} {...number("examRight")} />
          <NumberInput label={say("exam.attempts")} min={1} max={10} allowDecimal={false} error={told("policy/exam/attempts")} {...number("examAttempts")} />
        </>
      )}
    </>
  );
}
