import "./plots.css";

interface Props {
  counts: number[];
  label: string;
  from: string;
  to: string;
  name: (n: number, count: number) => string;
  /** What would be usual of each, on the scale of the counts; drawn as a line. */
  usual?: number[];
}

/** Counts in equal steps, as bars; each tells its number to whoever points at it or cannot see it. */
export function Histogram({ counts, label, from, to, name, usual = [] }: Props) {
  const most = Math.max(...counts, ...usual, 1);
  const high = (count: number) => `${count === 0 ? 0 : Math.max((100 * count) / most, 3)}%`;
  return (
    <div className="histogram">
      <ol aria-label={label}>
        {counts.map((count, n) => (
          <li key={n} title={name(n, count)}>
            <span className="sr">{name(n, count)}</span><i style={{ height: high(count) }} aria-hidden />
            {usual[n] !== undefined && <u style={{ bottom: high(usual[n]) }} aria-hidden />}
          </li>
        ))}
      </ol>
      <div className="muted figure" aria-hidden><span>{from}</span><span>{to}</span></div>
    </div>
  );
}
