import { Stack, Text } from "@mantine/core";
import type { JsonObject } from "@/api/types";
import { type Shown, labelled } from "@/editor/kind-ui";
import { Subject } from "./Subject";

export function Show({ answer, ...shown }: Shown & { answer: JsonObject | null }) {
  const option = labelled(shown.config["options"]).find((o) => o.id === answer?.["choice"]);
  if (answer === null) return <Subject {...shown} height={160} />;
  return <Stack><Text size="xl" fw={700}>{option?.label ?? String(answer["choice"] ?? "")}</Text></Stack>;
}
