import { ActionIcon, Button, TextInput, Tooltip } from "@mantine/core";
import { useRef } from "react";
import type { Fault } from "@/api/problem";
import type { KindUi } from "@/editor/kind-ui";
import { useSay } from "@/kit/say";
import { Icon, type IconName } from "@/ui/Icon";
import { useTell } from "@/ui/ProblemNote";
import { type Form, meant, row } from "./form";

interface Props { form: Form; ui: KindUi; faults: Record<string, Fault>; onChange: (entries: Form["entries"]) => void }

/** The rows of an ontology: what can be chosen, its key, its colour, and its place. */
export function Ontology({ form, ui, faults, onChange }: Props) {
  const say = useSay();
  const tell = useTell();
  const place = useRef<HTMLDivElement>(null);
  const { entries } = form;
  const sentRows = meant(form);
  const focus = (n: number) => requestAnimationFrame(() => place.current?.querySelectorAll<HTMLInputElement>("[data-label]")[n]?.focus());
  const change = (n: number, part: Partial<Form["entries"][number]>) => onChange(entries.map((e, k) => (k === n ? { ...e, ...part } : e)));
  const add = (after: number) => { onChange([...entries.slice(0, after + 1), row(), ...entries.slice(after + 1)]); focus(after + 1); };
  const drop = (n: number) => { onChange(entries.filter((_, k) => k !== n)); focus(Math.max(n - 1, 0)); };
  const shift = (n: number, by: -1 | 1) => {
    const next = [...entries];
    const [moved] = next.splice(n, 1);
    if (moved) next.splice(n + by, 0, moved);
    onChange(next);
  };
  const fault = (n: number, part: string) => {
    const sent = sentRows.length === 0 ? n : sentRows.indexOf(entries[n] as Form["entries"][number]);
    return tell(faults[`config/${ui.list}/${sent}/${part}`]);
  };
  return (
    <fieldset className="ontology">
      <legend>{say(`ontology.${ui.list}`)}</legend>
      <p className="muted hint">{say("ontology.about")}</p>
      <div ref={place} className="stack-tight">
        {entries.map((entry, n) => {
          const acts: [icon: IconName, name: string, use: () => void, off: boolean][] = [
            ["up", say("ontology.up", { n: n + 1 }), () => shift(n, -1), n === 0], ["down", say("ontology.down", { n: n + 1 }), () => shift(n, 1), n === entries.length - 1],
            ["trash", say("ontology.drop", { n: n + 1 }), () => drop(n), entries.length === 1],
          ];
          return (
            <div className="entry" key={entry.row}>
              {ui.palette.length > 0 && (
                <input type="color" aria-label={say("ontology.color", { n: n + 1 })} value={entry.color ?? ui.palette[n % ui.palette.length]} onChange={(e) => change(n, { color: e.currentTarget.value })} />
              )}
              <TextInput aria-label={say("ontology.label", { n: n + 1 })} placeholder={say("ontology.label", { n: n + 1 })} data-label value={entry.label} error={fault(n, "label") ?? fault(n, "id")} maxLength={200}
                onChange={(e) => change(n, { label: e.currentTarget.value })} onKeyDown={(e) => { if (e.key === "Enter") { e.preventDefault(); add(n); } }} />
              <TextInput aria-label={say("ontology.key", { n: n + 1 })} placeholder={n < 9 ? String(n + 1) : say("ontology.no-key")} className="entry-key" maxLength={1} value={entry.key} error={fault(n, "key")} onChange={(e) => change(n, { key: e.currentTarget.value })} />
              {acts.map(([icon, name, use, off]) => (
                <Tooltip label={name} key={icon}><ActionIcon variant="subtle" color="gray" c="var(--soft)" size={34} aria-label={name} disabled={off} onClick={use}><Icon name={icon} size={14} /></ActionIcon></Tooltip>
              ))}
            </div>
          );
        })}
      </div>
      {(faults[`config/${ui.list}`] ?? faults["config"]) && <p className="flaw" role="alert">{tell(faults[`config/${ui.list}`] ?? faults["config"])}</p>}
      <Button variant="default" size="compact-md" mt={8} leftSection={<Icon name="plus" size={14} />} onClick={() => add(entries.length - 1)}>{say("ontology.add")}</Button>
    </fieldset>
  );
}
