import type { LabelerEvidence, LabelerPace, LabelerStretch } from "@/api/types";
import { useFormat } from "@/kit/format";
import { useSaid, useSay } from "@/kit/say";
import { Histogram } from "@/ui/Histogram";
import { State } from "@/ui/Page";
import { type Rate, Rates } from "@/ui/Rates";

/** How long answers take, beside how long they take the crowd. */
export function Pace({ pace }: { pace: LabelerPace }) {
  const say = useSay();
  const format = useFormat();
  const all = pace.answers.reduce((sum, n) => sum + n, 0);
  const edge = (n: number) => format.seconds(pace.edges[n] ?? 0);
  return (
    <section className="sheet" aria-labelledby="pace">
      <h2 id="pace">{say("believed.pace")}</h2>
      <p className="figure">{say("believed.pace.medians", { own: format.seconds(pace.median_seconds), usual: format.seconds(pace.crowd_median_seconds) })}</p>
      <Histogram counts={pace.answers} usual={pace.crowd.map((share) => share * all)} label={say("believed.pace")} from={edge(0)} to={edge(pace.answers.length)}
        name={(n, count) => say("believed.pace.bar", { from: edge(n), to: edge(n + 1), count, usual: format.percent(pace.crowd[n] ?? 0, 1) })} />
      <p className="muted hint">{say("believed.pace.about")}</p>
    </section>
  );
}

/** A labeler's work in its order: how much of it is what the verdicts say, and how much of it is right on gold. */
export function Overtime({ stretches, evidence }: { stretches: LabelerStretch[]; evidence: LabelerEvidence[] }) {
  const say = useSay();
  const format = useFormat();
  const first = stretches[0];
  const last = stretches.at(-1);
  if (!first || !last) return null;
  const change = evidence.find((e) => e.kind === "change");
  const total = stretches.reduce((sum, s) => sum + s.answers, 0);
  const share = change ? Number(change.facts["at"]) / Number(change.facts["answers"]) : null;
  const ends = stretches.map((_, n) => stretches.slice(0, n + 1).reduce((sum, s) => sum + s.answers, 0) / total);
  const changed = share === null ? undefined : ends.findIndex((end) => end > share);
  const told = (n: number, rate: Rate | null) => {
    const until = format.moment(stretches[n]?.until ?? last.until);
    return rate === null ? say("believed.stretch.none", { until })
      : say("believed.stretch", { until, right: rate.right, of: rate.of, low: format.percent(rate.low), high: format.percent(rate.high) });
  };
  const when = format.date(first.since) === format.date(last.until) ? format.moment : format.date;
  const series = [["agree", stretches.map((s) => s.agree)], ["gold", stretches.map((s) => s.gold)]] as const;
  return (
    <section className="sheet" aria-labelledby="overtime">
      <h2 id="overtime">{say("believed.overtime")}</h2>
      {series.filter(([, rates]) => rates.some((r) => r !== null)).map(([name, rates]) => (
        <div key={name} className="stack-tight">
          <h3>{say(`believed.${name}`)}</h3>
          <Rates rates={rates} label={say(`believed.${name}`)} top={format.percent(1)} from={when(first.since)} to={when(last.until)} name={told} changed={changed} />
        </div>
      ))}
      <p className="muted hint">{say("believed.overtime.about")}</p>
    </section>
  );
}

/** What was tested, in words; what speaks against somebody first. `other` stands for other people where these have no names. */
export function Told({ evidence, other }: { evidence: LabelerEvidence[]; other?: string }) {
  const say = useSay();
  const said = useSaid();
  return (
    <section className="sheet" aria-labelledby="evidence">
      <h2 id="evidence">{say("believed.evidence")}</h2>
      <p className="muted hint">{say(evidence.length > 0 ? "believed.evidence.about" : "believed.evidence.none")}</p>
      <dl className="signs">
        {evidence.map((e, n) => (
          <div key={n}>
            <dt><State tone={e.against ? "busy" : "good"}>{say(e.against ? "believed.against" : "believed.usual")}</State></dt>
            <dd>{said(`quality.sign.${e.kind}`, other && "other" in e.facts ? { ...e.facts, other } : e.facts) ?? e.sentence}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
