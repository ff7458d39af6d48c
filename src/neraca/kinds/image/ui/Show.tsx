import { type ShowProps, creditOf, pictureOf } from "@/editor/kind-ui";
import { useFormat } from "@/kit/format";
import { useSay } from "@/kit/say";
import type { Placed } from "./boxes";
import { classOf, classesOf } from "./classes";
import type { BoxKey } from "./messages";
import "./image.css";

/** From here down an object is drawn as one that wants a second look. */
const UNSURE = 0.8;

export default function Show({ answer, small, sure, ...shown }: ShowProps) {
  const say = useSay<BoxKey>();
  const format = useFormat();
  const [width, height] = [Number(shown.params["width"]), Number(shown.params["height"])];
  const classes = classesOf(shown.config);
  const boxes = (answer?.["objects"] ?? []) as unknown as Placed[];
  const credit = creditOf(shown);
  const size = Math.max(width, height) / 40;
  return (
    <figure style={{ margin: 0 }}>
      <svg className={small ? "shown-boxes is-small" : "shown-boxes"} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={say("box.picture", { n: boxes.length })}>
        <image href={pictureOf(shown)} width={width} height={height} />
        {boxes.map(({ class: name, box }, n) => {
          const { color, label } = classOf(classes, name);
          const p = sure?.[n];
          const told = p === undefined ? label : say("box.sure", { name: label, p: format.percent(p) });
          return (
            <g key={n}>
              <title>{say("box.object", { n: n + 1, name: told })}</title>
              <rect x={box.x} y={box.y} width={box.w} height={box.h} fill="none" vectorEffect="non-scaling-stroke" stroke="rgb(0 0 0 / 0.55)" strokeWidth={4} />
              <rect x={box.x} y={box.y} width={box.w} height={box.h} fill="transparent" vectorEffect="non-scaling-stroke" stroke={color} strokeWidth={2} strokeDasharray={p !== undefined && p < UNSURE ? "6 4" : undefined} />
              {!small && <text x={box.x + size / 3} y={box.y + size * 1.15} fontSize={size} fontWeight={600} fill="#fff" stroke="#000" strokeWidth={size / 7} paintOrder="stroke">{told}</text>}
            </g>
          );
        })}
      </svg>
      {credit && !small && <figcaption className="muted" style={{ fontSize: "0.75rem", marginTop: 6 }}>{credit}</figcaption>}
    </figure>
  );
}
