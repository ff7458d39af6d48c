import { useFormat } from "@/kit/format";
import { useSay } from "@/kit/say";
import "./plots.css";

/** Where a rate lies with 95 % probability, as a bar from 0 to 1 and in words. */
export function Interval({ low, high, at }: { low: number; high: number; at: number }) {
  const say = useSay();
  const format = useFormat();
  return (
    <span className="interval">
      <i aria-hidden><span style={{ left: `${100 * low}%`, right: `${100 - 100 * high}%` }} /><b style={{ left: `${100 * at}%` }} /></i>
      <small className="muted figure">{say("labeler.between", { low: format.percent(low), high: format.percent(high) })}</small>
    </span>
  );
}
