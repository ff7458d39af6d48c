import { type ShowProps, labelled } from "@/editor/kind-ui";
import { Subject } from "./Subject";
import "./choice.css";

export default function Show({ answer, ...shown }: ShowProps) {
  if (answer === null) return <div className="shown-subject"><Subject {...shown} /></div>;
  const option = labelled(shown.config["options"]).find((o) => o.id === answer["choice"]);
  return <p className="shown-choice">{option?.label ?? String(answer["choice"] ?? "")}</p>;
}
