import { defineKindUi, named, part, stored } from "@/editor/kind-ui";
import { COLORS } from "./boxes";
import { KEYS } from "./keys";
import { messages } from "./messages";

export default defineKindUi({
  id: "image",
  Editor: part(() => import("./Editor")),
  Show: part(() => import("./Show")),
  oneStep: false,
  blank: { objects: [] },
  list: "classes",
  palette: COLORS,
  config: (question, entries) => ({ question, shapes: ["box"], classes: named(entries).map(stored) }),
  tell: (answer, _, say) => say("box.count", { n: Array.isArray(answer["objects"]) ? answer["objects"].length : 0 }),
  shortcuts: KEYS,
  example: {
    csv: "external_id,image\nphoto-1,asset:<id>",
    jsonl: '{"external_id": "photo-1", "params": {"image": "asset:<id>"}}',
  },
  messages,
});
