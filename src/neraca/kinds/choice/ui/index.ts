import { defineKindUi, slugs } from "@/editor/kind-ui";
import { Editor } from "./Editor";
import { Show } from "./Show";

export default defineKindUi({
  id: "choice", Editor, Show, list: "options",
  config: (question, labels) => ({ question, options: slugs(labels).map(({ id, label }) => ({ id, label })) }),
});
