import "./plots.css";

export interface Rate { right: number; of: number; low: number; high: number }
interface Props {
  rates: (Rate | null)[];
  label: string;
  /** What the top of the drawing stands for. */
  top: string;
  from: string;
  to: string;
  name: (n: number, rate: Rate | null) => string;
  /** The first step after which things are otherwise. */
  changed?: number | undefined;
}

/** Rates in their order, each with its interval, between 0 at the bottom and 1 at the top. */
export function Rates({ rates, label, top, from, to, name, changed }: Props) {
  return (
    <div>
      <div className="muted figure plot-ends" aria-hidden>{top}</div>
      <ol className="rates" aria-label={label}>
        {rates.map((rate, n) => (
          <li key={n} title={name(n, rate)} data-changed={n === changed || undefined}>
            <span className="sr">{name(n, rate)}</span>
            {rate && <i style={{ bottom: `${100 * rate.low}%`, height: `${100 * (rate.high - rate.low)}%` }} aria-hidden />}
            {rate && <b style={{ bottom: `${(100 * rate.right) / rate.of}%` }} aria-hidden />}
          </li>
        ))}
      </ol>
      <div className="muted figure plot-ends" aria-hidden><span>{from}</span><span>{to}</span></div>
    </div>
  );
}
