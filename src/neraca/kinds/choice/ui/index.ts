import { defineKindUi, labelled, named, part, stored } from "@/editor/kind-ui";
import { messages } from "./messages";

export default defineKindUi({
  id: "choice",
  Editor: part(() => import("./Editor")),
  Show: part(() => import("./Show")),
  oneStep: true,
  blank: null,
  list: "options",
  palette: [],
  config: (question, entries) => ({ question, options: named(entries).map(stored) }),
  tell: (answer, config) => labelled(config["options"]).find((o) => o.id === answer["choice"])?.label ?? String(answer["choice"] ?? ""),
  shortcuts: [{ id: "choose", keys: [], shown: "1 … 9", say: "choice.key.choose" }, { id: "filter", keys: ["/"], say: "choice.key.filter" }],
  example: {
    csv: 'external_id,text,priority\nreview-1,"The parcel came a day early.",5',
    jsonl: '{"external_id": "review-1", "params": {"text": "The parcel came a day early."}}',
  },
  messages,
});
