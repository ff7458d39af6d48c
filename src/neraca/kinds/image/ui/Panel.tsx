import { ActionIcon, Tooltip } from "@mantine/core";
import type { Fault } from "@/api/problem";
import { useSay } from "@/kit/say";
import { Icon } from "@/ui/Icon";
import { useTell } from "@/ui/ProblemNote";
import type { Placed } from "./boxes";
import { type BoxClass, classOf } from "./classes";
import type { BoxKey } from "./messages";

interface Props {
  classes: readonly BoxClass[];
  inHand: string;
  boxes: Readonly<Record<string, Placed>>;
  selected: string | null;
  faults: Readonly<Record<string, Fault[]>>;
  general: readonly Fault[];
  onClass: (id: string) => void;
  onSelect: (id: string) => void;
  onRemove: (id: string) => void;
}

/** Classes and boxes beside the picture; what is wrong with a box stands under it. */
export function Panel({ classes, inHand, boxes, selected, faults, general, onClass, onSelect, onRemove }: Props) {
  const say = useSay<BoxKey>();
  const tell = useTell();
  const current = (selected === null ? undefined : boxes[selected]?.class) ?? inHand;
  const all = Object.entries(boxes);
  return (
    <aside className="box-panel">
      {general.map((f, n) => <p key={n} className="flaw" role="alert">{tell(f)}</p>)}
      <h3 id="box-classes">{say("box.classes")}</h3>
      <div className="box-classes" role="group" aria-labelledby="box-classes">
        {classes.map((c) => (
          <button key={c.id} type="button" className="box-class" aria-pressed={current === c.id} onClick={() => onClass(c.id)} aria-keyshortcuts={c.key || undefined}>
            <i style={{ background: c.color }} /><span className="cut">{c.label}</span>{c.key && <kbd aria-hidden>{c.key}</kbd>}
          </button>
        ))}
      </div>
      <h3 id="box-objects">{say("box.objects")}</h3>
      {all.length === 0 && <p className="muted box-hint">{say("box.none")}</p>}
      <ul className="box-list" aria-labelledby="box-objects">
        {all.map(([id, placed], n) => {
          const { label, color } = classOf(classes, placed.class);
          return (
            <li key={id} data-selected={id === selected || undefined}>
              <div className="box-line">
                <button type="button" className="box-pick" aria-pressed={id === selected} onClick={() => onSelect(id)}>
                  <i style={{ background: color }} /><span className="cut figure">{say("box.object", { n: n + 1, name: label })}</span>
                </button>
                <Tooltip label={say("box.remove", { n: n + 1 })}>
                  <ActionIcon variant="subtle" color="gray" c="var(--soft)" size={28} aria-label={say("box.remove", { n: n + 1 })} onClick={() => onRemove(id)}><Icon name="trash" size={14} /></ActionIcon>
                </Tooltip>
              </div>
              {faults[id]?.map((f, k) => <p key={k} className="flaw" role="alert">{tell(f)}</p>)}
            </li>
          );
        })}
      </ul>
    </aside>
  );
}
