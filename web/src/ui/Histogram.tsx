interface Props {
  counts: number[];
  label: string;
  from: string;
  to: string;
  name: (n: number, count: number) => string;
}

/** Counts in equal steps, as bars; each tells its number to whoever points at it or cannot see it. */
export function Histogram({ counts, label, from, to, name }: Props) {
  const most = Math.max(...counts, 1);
  return (
    <div className="histogram">
      <ol aria-label={label}>
        {counts.map((count, n) => (
          <li key={n} title={name(n, count)}><span className="sr">{name(n, count)}</span><i style={{ height: `${count === 0 ? 0 : Math.max((100 * count) / most, 3)}%` }} aria-hidden /></li>
        ))}
      </ol>
      <div className="muted figure" aria-hidden><span>{from}</span><span>{to}</span></div>
    </div>
  );
}
