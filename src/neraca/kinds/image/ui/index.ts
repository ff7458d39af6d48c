import { defineKindUi, slugs } from "@/editor/kind-ui";
import { COLORS } from "./boxes";
import { Editor } from "./Editor";
import { Show } from "./Show";

export default defineKindUi({
  id: "image", Editor, Show, list: "classes",
  config: (question, labels) => ({
    question, shapes: ["box"],
    classes: slugs(labels).map(({ id, label }, n) => ({ id, label, color: COLORS[n % COLORS.length] ?? "#e0592a" })),
  }),
});
