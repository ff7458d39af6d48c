import { Button, Tooltip } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { Instructions } from "@/api/types";
import type { Work } from "@/editor/stream";
import { useFormat } from "@/kit/format";
import { useSay } from "@/kit/say";
import { Icon, type IconName } from "@/ui/Icon";
import { Chord } from "@/ui/Keys";
import { Mark } from "@/ui/Mark";

interface Props {
  terms: Instructions | undefined;
  work: Work & { saved: "saved" | "kept" | null };
  /** What was handed in last, in a word. */
  told: string;
  oneStep: boolean;
  reading: boolean;
  onAct: (act: "submit" | "skip" | "instructions" | "help") => void;
}

/** One line above the work: what it is, what it pays, what was done, and the few things to press. */
export function WorkBar({ terms, work, told, oneStep, reading, onAct }: Props) {
  const say = useSay();
  const format = useFormat();
  const { lease, phase, sent, earned, saved } = work;
  const busy = phase !== "working";
  const price = lease?.price ?? terms?.price;
  const side: [act: "help" | "instructions" | "skip", icon: IconName, label: string, keys: string][] = [
    ["instructions", "book", say("label.instructions"), "i"], ["help", "keys", say("label.keys"), "?"], ["skip", "skip", say("label.skip"), "mod+Backspace"],
  ];
  return (
    <header className="work-bar">
      <Link to="/" className="work-back" aria-label={say("label.home")}><Icon name="left" /><Mark size={22} /></Link>
      <div className="work-name">
        <h1 className="cut">{terms?.name ?? " "}</h1>
        <p className="cut muted figure">
          {terms && price && say("label.terms", { pay: format.money(price), time: format.duration(terms.minutes), hourly: format.hourly(price, terms.minutes) })}
        </p>
      </div>
      <p className="work-told muted figure" role="status">
        {sent > 0 && price && <span>{say("label.sent", { n: sent, pay: format.money({ micros: earned, currency: price.currency }) })}</span>}
        {told && <span>{say("label.last", { answer: told })}</span>}
        {saved && <span>{say(`label.${saved}`)}</span>}
      </p>
      <nav className="work-acts" aria-label={say("label.acts")}>
        {side.map(([act, icon, label, keys]) => (
          <Tooltip key={act} label={<Chord keys={keys} />} color="gray">
            <Button variant="subtle" color="gray" c="var(--ink)" px={10} leftSection={<Icon name={icon} />} disabled={act === "skip" && busy}
              {...(act === "instructions" ? { "aria-expanded": reading } : {})} onClick={() => onAct(act)}><span className="wide">{label}</span><span className="sr-narrow">{label}</span></Button>
          </Tooltip>
        ))}
        {!oneStep && <Tooltip label={<Chord keys="mod+Enter" />} color="gray"><Button disabled={busy} onClick={() => onAct("submit")}>{say("label.submit")}</Button></Tooltip>}
      </nav>
    </header>
  );
}
