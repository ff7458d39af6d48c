import { Badge, NativeSelect, Stack, Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useCallback, useState } from "react";
import { useIntl } from "react-intl";
import { cell } from "@/api/http";
import type { Page, Task } from "@/api/types";
import { useSay } from "@/kit/t";
import { ProblemNote } from "@/ui/ProblemNote";
import { Rows } from "@/ui/Rows";

export function Tasks({ client, project }: { client: string; project: string }) {
  const say = useSay();
  const intl = useIntl();
  const [state, setState] = useState("");
  const { data, error, fetchNextPage, hasNextPage, isFetching } = useInfiniteQuery({
    queryKey: ["cell", client, "tasks", project, state],
    initialPageParam: "",
    queryFn: ({ pageParam }) => cell<Page<Task>>(client, `/api/projects/${project}/tasks?${new URLSearchParams({
      limit: "100", ...(state && { state }), ...(pageParam && { cursor: pageParam }) }).toString()}`),
    getNextPageParam: (page) => page.next ?? undefined,
  });
  const more = useCallback(() => { if (hasNextPage && !isFetching) void fetchNextPage(); }, [fetchNextPage, hasNextPage, isFetching]);
  return (
    <Stack>
      <NativeSelect maw={240} label={say("project.state")} value={state} onChange={(e) => setState(e.currentTarget.value)}
        data={[{ value: "", label: say("tasks.all") }, ...(["open", "decided", "canceled"] as const).map((s) => ({ value: s, label: say(`state.${s}`) }))]} />
      <ProblemNote error={error} />
      <Rows label={say("tab.tasks")} items={data?.pages.flatMap((p) => p.items) ?? []} onEnd={more} row={(t) => (
        <Link className="row" style={{ height: 52 }} to="/manage/$client/$project/$task" params={{ client, project, task: t.id }}>
          <Text flex={1} ff="monospace" size="sm">{t.external_id ?? t.id}</Text>
          <Text className="figure">{say("tasks.answers", { n: t.answers_count })}</Text>
          <Text className="figure">{t.confidence === null ? "–" : intl.formatNumber(t.confidence, { style: "percent", maximumFractionDigits: 1 })}</Text>
          <Badge variant="light">{say(`state.${t.state}`)}</Badge>
        </Link>
      )} />
    </Stack>
  );
}
