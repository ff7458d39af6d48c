import { useFormat } from "@/kit/format";
import { useSay } from "@/kit/say";

const HOW = ["met", "escalated", "count", "exhausted", "capped"] as const;

/** How tasks ended, by their share: met, by experts, and those that could not get there. */
export function Ended({ counts, also }: { counts: Record<(typeof HOW)[number], number>; also?: string | undefined }) {
  const say = useSay();
  const format = useFormat();
  const all = HOW.reduce((sum, how) => sum + counts[how], 0);
  const shares = HOW.filter((how) => counts[how] > 0).map((how) => say(`quality.${how}`, { p: format.percent(counts[how] / all, 1), n: counts[how] }));
  if (shares.length === 0 && !also) return null;
  return <p className="muted hint">{[...shares, ...(also ? [also] : [])].join(" · ")}</p>;
}
