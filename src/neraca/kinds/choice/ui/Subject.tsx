import { type ReactEventHandler, useState } from "react";
import { type Shown, creditOf, pictureOf } from "@/editor/kind-ui";
import { useSay } from "@/kit/say";
import { Prose } from "@/ui/Prose";
import type { ChoiceKey } from "./messages";
import "./choice.css";

/** A scan this small is looked at pixel by pixel; anything larger is a photograph. */
const TINY = 128;

/** What is asked about: a picture, text, or Markdown. */
export function Subject(shown: Shown) {
  const say = useSay<ChoiceKey>();
  const [tiny, setTiny] = useState(false);
  const { text, markdown } = shown.params;
  const picture = pictureOf(shown);
  const credit = creditOf(shown);
  const seen: ReactEventHandler<HTMLImageElement> = (e) => setTiny(Math.max(e.currentTarget.naturalWidth, e.currentTarget.naturalHeight) <= TINY);
  if (picture) {
    return (
      <figure className="subject">
        <div className="subject-room"><img key={picture} className={tiny ? "crisp" : undefined} src={picture} alt={say("choice.picture")} onLoad={seen} /></div>
        {credit && <figcaption>{credit}</figcaption>}
      </figure>
    );
  }
  return (
    <div className="subject-text">
      {typeof markdown === "string" ? <Prose>{markdown}</Prose> : <p>{typeof text === "string" ? text : ""}</p>}
    </div>
  );
}
