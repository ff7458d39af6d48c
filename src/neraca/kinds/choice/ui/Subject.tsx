import { type Shown, pictureOf } from "@/editor/kind-ui";
import { Prose } from "@/ui/Prose";

/** What is asked about: a picture (tiny scans in crisp pixels), text, or Markdown. */
export function Subject({ height = 320, ...shown }: Shown & { height?: number }) {
  const { text, markdown } = shown.params;
  const picture = pictureOf(shown);
  if (picture) return <img className="crisp" src={picture} alt="" style={{ height, maxWidth: "100%", objectFit: "contain" }} />;
  if (typeof markdown === "string") return <Prose>{markdown}</Prose>;
  return <p style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>{typeof text === "string" ? text : ""}</p>;
}
