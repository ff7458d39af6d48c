import type { Rate } from "./Rates";
import "./plots.css";

export interface Point extends Rate { stated: number }
interface Props { points: Point[]; label: string; across: string; name: (point: Point) => string; percent: (share: number) => string }

const SIDE = 220;
const LEFT = 40;
const x = (share: number): number => LEFT + SIDE * share;
const y = (share: number): number => 8 + SIDE * (1 - share);

/** What was stated against what was right: points on the line are as good as their word. */
export function Reliability({ points, label, across, name, percent }: Props) {
  const most = Math.max(...points.map((p) => p.of), 1);
  return (
    <figure style={{ margin: 0 }}>
      <svg className="reliability" viewBox={`0 0 ${LEFT + SIDE + 12} ${SIDE + 44}`} role="img" aria-label={label}>
        <rect className="frame" x={x(0)} y={y(1)} width={SIDE} height={SIDE} />
        <line className="ideal" x1={x(0)} y1={y(0)} x2={x(1)} y2={y(1)} />
        {[0, 0.5, 1].map((tick) => (
          <g key={tick}>
            <text x={x(tick)} y={y(0) + 15} textAnchor="middle">{percent(tick)}</text>
            <text x={LEFT - 5} y={y(tick) + 4} textAnchor="end">{percent(tick)}</text>
          </g>
        ))}
        <text x={x(0.5)} y={y(0) + 31} textAnchor="middle">{across}</text>
        {points.map((p) => (
          <g key={p.stated}>
            <title>{name(p)}</title>
            <line className="bar" x1={x(p.stated)} x2={x(p.stated)} y1={y(p.low)} y2={y(p.high)} />
            <circle cx={x(p.stated)} cy={y(p.right / p.of)} r={3 + 4 * Math.sqrt(p.of / most)} />
          </g>
        ))}
      </svg>
      <ul className="sr">{points.map((p) => <li key={p.stated}>{name(p)}</li>)}</ul>
    </figure>
  );
}
