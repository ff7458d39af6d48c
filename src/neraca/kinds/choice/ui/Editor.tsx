import { TextInput, Title } from "@mantine/core";
import { useEffect, useMemo, useRef, useState } from "react";
import { type EditorProps, keysOf, labelled } from "@/editor/kind-ui";
import { occupied } from "@/editor/shortcuts";
import { useSay } from "@/kit/say";
import { useTell } from "@/ui/ProblemNote";
import type { ChoiceKey } from "./messages";
import { Subject } from "./Subject";

/** More than this is searched, not looked through. */
const MANY = 24;

/** One key answers and hands in. */
export default function Editor(props: EditorProps) {
  const { config, answer, flaws, onChange, onSubmit } = props;
  const say = useSay<ChoiceKey>();
  const tell = useTell();
  const options = useMemo(() => labelled(config["options"]), [config]);
  const keys = useMemo(() => keysOf(options), [options]);
  const [sought, seek] = useState("");
  const field = useRef<HTMLInputElement>(null);
  const question = String(config["question"] ?? "");
  const choose = (choice: string) => { onChange({ choice }); onSubmit({ choice }); };
  useEffect(() => {
    const pressed = (e: KeyboardEvent) => {
      if (e.repeat || e.ctrlKey || e.metaKey || e.altKey || occupied(e)) return;
      const exact = keys.indexOf(e.key);
      const option = options[exact >= 0 ? exact : keys.findIndex((key) => key.toLowerCase() === e.key.toLowerCase())];
      if (option) choose(option.id);
      else if (e.key === "/" && field.current) field.current.focus();
      else return;
      e.preventDefault();
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  });
  const found = options.map((option, n) => ({ option, key: keys[n] ?? "" }))
    .filter(({ option }) => option.label.toLowerCase().includes(sought.trim().toLowerCase())).slice(0, 200);
  return (
    <div className="choose">
      <Title order={2}>{question}</Title>
      <Subject {...props} />
      <div>
        {flaws.map((f, n) => <p key={n} className="flaw" role="alert">{tell(f)}</p>)}
        {options.length > MANY && (
          <TextInput ref={field} value={sought} onChange={(e) => seek(e.currentTarget.value)} aria-label={say("choice.filter")} placeholder={say("choice.filter")} mb="xs" maw={420} mx="auto"
            onKeyDown={(e) => { if (e.key === "Enter" && found[0]) choose(found[0].option.id); if (e.key === "Escape") e.currentTarget.blur(); }} />
        )}
        <div className="options" role="group" aria-label={question}>
          {found.map(({ option, key }) => (
            <button key={option.id} type="button" className={key === option.label ? "option is-key" : "option"} aria-pressed={answer?.["choice"] === option.id} aria-keyshortcuts={key || undefined} onClick={() => choose(option.id)}>
              {option.label}{key !== "" && key !== option.label && <kbd aria-hidden>{key}</kbd>}
            </button>
          ))}
          {found.length === 0 && <p className="muted">{say("choice.none")}</p>}
        </div>
      </div>
    </div>
  );
}
