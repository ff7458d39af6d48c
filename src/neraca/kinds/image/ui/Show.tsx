import type { JsonObject } from "@/api/types";
import { type Shown, labelled, pictureOf } from "@/editor/kind-ui";
import { COLORS, fromAnswer } from "./boxes";

export function Show({ answer, ...shown }: Shown & { answer: JsonObject | null }) {
  const [width, height] = [Number(shown.params["width"]), Number(shown.params["height"])];
  const classes = labelled(shown.config["classes"]);
  return (
    <svg viewBox={`0 0 ${width} ${height}`} style={{ width: "100%", maxHeight: 420 }} role="img">
      <image href={pictureOf(shown)} width={width} height={height} />
      {Object.entries(fromAnswer(answer)).map(([id, { class: name, box }]) => {
        const n = classes.findIndex((c) => c.id === name);
        return <rect key={id} x={box.x} y={box.y} width={box.w} height={box.h} fill="none" vectorEffect="non-scaling-stroke"
          stroke={classes[n]?.color ?? COLORS[Math.max(n, 0) % COLORS.length]} strokeWidth={2}><title>{classes[n]?.label ?? name}</title></rect>;
      })}
    </svg>
  );
}
