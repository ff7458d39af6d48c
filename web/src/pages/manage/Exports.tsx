import { Button, Group, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { cellResponse } from "@/api/http";
import type { Export } from "@/api/types";
import { useRead, useWrite } from "@/api/useCell";
import { useSay } from "@/kit/t";
import { ProblemNote } from "@/ui/ProblemNote";

function Made({ client, id }: { client: string; id: string }) {
  const say = useSay();
  const { data } = useRead<Export>(client, `/api/exports/${id}`, 1000);
  const fetched = useMutation({
    mutationFn: async (it: Export) => {
      const blob = await (await cellResponse(client, `/api/exports/${it.id}/data`)).blob();
      const link = document.createElement("a");
      link.href = URL.createObjectURL(blob);
      link.download = `export-${it.id}.${it.format === "coco" ? "json" : "jsonl"}`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    },
  });
  if (!data) return null;
  return (
    <Group className="card" role="status">
      <Text flex={1}>{data.format.toUpperCase()} · {say(`state.${data.state}`)} · {say("export.rows", { rows: data.rows })}</Text>
      {data.state === "done" && <Button onClick={() => fetched.mutate(data)} loading={fetched.isPending}>{say("export.download")}</Button>}
      <ProblemNote error={fetched.error} />
    </Group>
  );
}

export function Exports({ client, project }: { client: string; project: string }) {
  const say = useSay();
  const write = useWrite<Export>(client);
  const [made, setMade] = useState<string[]>([]);
  const start = (format: "jsonl" | "coco") => write.mutate({ path: `/api/projects/${project}/exports`, json: { format } },
    { onSuccess: (e) => setMade((ids) => [e.id, ...ids]) });
  return (
    <Stack>
      <Group>
        <Button onClick={() => start("jsonl")}>{say("export.start", { format: "JSONL" })}</Button>
        <Button variant="default" onClick={() => start("coco")}>{say("export.start", { format: "COCO" })}</Button>
      </Group>
      <ProblemNote error={write.error} />
      {made.map((id) => <Made key={id} client={client} id={id} />)}
    </Stack>
  );
}
