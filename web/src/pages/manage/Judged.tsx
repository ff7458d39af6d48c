import { Link } from "@tanstack/react-router";
import type { JudgedLabeler } from "@/api/types";
import { NOTHING, useFormat } from "@/kit/format";
import { useSaid, useSay } from "@/kit/say";
import { Interval } from "@/ui/Interval";
import { type Column, Table } from "@/ui/Table";

/** What the last estimate believes of each labeler, and what speaks against whom. */
export function Judged({ client, project, labelers, drawn }: { client: string; project: string; labelers: JudgedLabeler[]; drawn: boolean }) {
  const say = useSay();
  const said = useSaid();
  const format = useFormat();
  const odd = labelers.filter((l) => l.signs.length > 0);
  const columns: Column<JudgedLabeler>[] = [
    { key: "handle", head: say("labeler"), width: "minmax(0, 1.6fr)", cell: (l) => <span><Link className="name cover" to="/manage/$client/$project/labelers/$labeler" params={{ client, project, labeler: l.labeler }}>{l.handle}</Link><small className="muted">{say(`labeler.${l.kind}`)}</small></span> },
    { key: "answers", head: say("progress.answers"), end: true, width: "5rem", cell: (l) => format.number(l.answers) },
    { key: "right", head: say(drawn ? "labeler.f1" : "labeler.right"), end: true, width: "5rem", cell: (l) => <b>{format.percent(l.accuracy, 1)}</b> },
    { key: "interval", head: say("labeler.interval"), width: "minmax(0, 1.6fr)", cell: (l) => l.low !== null && l.high !== null && l.accuracy !== null && <Interval low={l.low} high={l.high} at={l.accuracy} /> },
    { key: "pace", head: say("quality.pace"), end: true, width: "6rem", cell: (l) => (l.median_seconds === null ? NOTHING : format.seconds(l.median_seconds)) },
    { key: "against", head: say(drawn ? "quality.against.objects" : "quality.against"), end: true, width: "8rem", cell: (l) => format.percent(l.against) },
  ];
  if (labelers.length === 0) return null;
  return (
    <>
      {odd.length > 0 && (
        <section className="sheet" aria-labelledby="signs">
          <h2 id="signs">{say("quality.signs")}</h2>
          <p className="muted hint">{say("quality.signs.about")}</p>
          <dl className="signs">
            {odd.map((l) => (
              <div key={l.labeler}>
                <dt><Link className="told" to="/manage/$client/$project/labelers/$labeler" params={{ client, project, labeler: l.labeler }}>{l.handle}</Link></dt>
                {l.signs.map((s, n) => <dd key={n}>{said(`quality.sign.${s.kind}`, s.facts) ?? s.sentence}</dd>)}
              </div>
            ))}
          </dl>
        </section>
      )}
      <section className="stack-tight" aria-labelledby="judged">
        <h2 id="judged">{say("tab.labelers")}</h2>
        <Table label={say("tab.labelers")} items={labelers} columns={columns} keyOf={(l) => l.labeler} />
      </section>
    </>
  );
}
