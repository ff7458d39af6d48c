import type { Quality } from "@/api/types";
import { useFormat } from "@/kit/format";
import { useSay } from "@/kit/say";
import { type Point, Reliability } from "@/ui/Reliability";
import { type Column, Table } from "@/ui/Table";

type Told = NonNullable<Quality["calibration"]>;
type Saving = Quality["savings"][number];
const Z = 1.96;

/** Wilson's interval of a rate. */
function between(right: number, of: number): { low: number; high: number } {
  const p = right / of;
  const middle = p + (Z * Z) / (2 * of);
  const half = Z * Math.sqrt((p * (1 - p)) / of + (Z * Z) / (4 * of * of));
  const whole = 1 + (Z * Z) / of;
  return { low: Math.max((middle - half) / whole, 0), high: Math.min((middle + half) / whole, 1) };
}

/** Whether confidences are worth what they say, on gold tasks. */
export function Calibrated({ told }: { told: Told }) {
  const say = useSay();
  const format = useFormat();
  const points: Point[] = told.bins.map((b) => ({ stated: b.stated, right: b.right, of: b.tasks, ...between(b.right, b.tasks) }));
  return (
    <section className="sheet" aria-labelledby="calibration">
      <h2 id="calibration">{say("calibration")}</h2>
      <div className="calibration">
        <Reliability points={points} label={say("calibration.about")} across={say("calibration.stated")} percent={(p) => format.percent(p)}
          name={(p) => say("calibration.point", { stated: format.percent(p.stated), right: p.right, of: p.of, low: format.percent(p.low), high: format.percent(p.high) })} />
        <div>
          <p className="figure">{say("calibration.error", { error: format.percent(told.error, 1), low: format.percent(told.low, 1), high: format.percent(told.high, 1), tasks: told.tasks })}</p>
          <p className="muted">{say(told.calibrated ? "calibration.before" : "calibration.raw", { error: format.percent(told.error_before, 1) })}</p>
          <p className="muted">{say("calibration.about")}</p>
        </div>
      </div>
    </section>
  );
}

/** How many answers would have been enough for other targets. */
export function Savings({ savings }: { savings: Saving[] }) {
  const say = useSay();
  const format = useFormat();
  const first = savings[0];
  if (!first) return null;
  const columns: Column<Saving>[] = [
    { key: "target", head: say("savings.target"), cell: (s) => <b className="name">{format.percent(s.target)}</b> },
    { key: "per-task", head: say("progress.per-task"), end: true, cell: (s) => format.number(s.used / s.tasks, 2) },
    { key: "saved", head: say("savings.saved"), end: true, cell: (s) => format.percent(s.saved) },
    { key: "same", head: say("savings.same"), end: true, cell: (s) => format.percent(s.same, 1) },
    { key: "met", head: say("savings.met"), end: true, cell: (s) => format.percent(s.met) },
  ];
  return (
    <section className="stack-tight" aria-labelledby="savings">
      <h2 id="savings">{say("savings")}</h2>
      <p className="muted hint">{say("savings.about", { now: format.number(first.answers / first.tasks, 2), tasks: first.tasks, all: first.of_tasks })}</p>
      <Table label={say("savings")} items={savings} columns={columns} keyOf={(s) => String(s.target)} />
    </section>
  );
}
