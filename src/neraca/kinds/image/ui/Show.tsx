import { type ShowProps, creditOf, pictureOf } from "@/editor/kind-ui";
import { useSay } from "@/kit/say";
import { fromAnswer } from "./boxes";
import { classOf, classesOf } from "./classes";
import type { BoxKey } from "./messages";
import "./image.css";

export default function Show({ answer, small, ...shown }: ShowProps) {
  const say = useSay<BoxKey>();
  const [width, height] = [Number(shown.params["width"]), Number(shown.params["height"])];
  const classes = classesOf(shown.config);
  const boxes = Object.entries(fromAnswer(answer));
  const credit = creditOf(shown);
  const size = Math.max(width, height) / 40;
  return (
    <figure style={{ margin: 0 }}>
      <svg className={small ? "shown-boxes is-small" : "shown-boxes"} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={say("box.picture", { n: boxes.length })}>
        <image href={pictureOf(shown)} width={width} height={height} />
        {boxes.map(([id, { class: name, box }], n) => {
          const { color, label } = classOf(classes, name);
          return (
            <g key={id}>
              <title>{say("box.object", { n: n + 1, name: label })}</title>
              <rect x={box.x} y={box.y} width={box.w} height={box.h} fill="none" vectorEffect="non-scaling-stroke" stroke="rgb(0 0 0 / 0.55)" strokeWidth={4} />
              <rect x={box.x} y={box.y} width={box.w} height={box.h} fill="transparent" vectorEffect="non-scaling-stroke" stroke={color} strokeWidth={2} />
              {!small && <text x={box.x + size / 3} y={box.y + size * 1.15} fontSize={size} fontWeight={600} fill="#fff" stroke="#000" strokeWidth={size / 7} paintOrder="stroke">{label}</text>}
            </g>
          );
        })}
      </svg>
      {credit && !small && <figcaption className="muted" style={{ fontSize: "0.75rem", marginTop: 6 }}>{credit}</figcaption>}
    </figure>
  );
}
