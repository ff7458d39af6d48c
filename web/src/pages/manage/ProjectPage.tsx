import { Group, NativeSelect, Progress as Bar, SimpleGrid, Stack, Tabs, Text, Title } from "@mantine/core";
import { useParams } from "@tanstack/react-router";
import { useIntl } from "react-intl";
import type { LabelerSkill, Page, Progress, Project } from "@/api/types";
import { useRead, useWrite } from "@/api/useCell";
import { money } from "@/kit/money";
import { useSay } from "@/kit/t";
import { ProblemNote } from "@/ui/ProblemNote";
import { Rows } from "@/ui/Rows";
import { Exports } from "./Exports";
import { Imports } from "./Imports";
import { Tasks } from "./Tasks";

export interface At { client: string; project: string }

function Overview({ client, project }: At) {
  const say = useSay();
  const intl = useIntl();
  const { data, error } = useRead<Progress>(client, `/api/projects/${project}/progress`, 2000);
  if (!data) return <ProblemNote error={error} />;
  const percent = (v: number | null) => (v === null ? "–" : intl.formatNumber(v, { style: "percent", maximumFractionDigits: 1 }));
  const figures: [string, string][] = [
    [say("progress.answers"), intl.formatNumber(data.answers)],
    [say("progress.per-task"), data.answers_per_task === null ? "–" : intl.formatNumber(data.answers_per_task, { maximumFractionDigits: 2 })],
    [say("progress.confidence"), percent(data.mean_confidence)],
    [say("progress.leases"), intl.formatNumber(data.live_leases)],
    [say("progress.labelers"), intl.formatNumber(data.labelers)],
    [say("progress.spent"), money(intl, data.spent.micros, data.spent.currency)],
  ];
  const done = say("progress.decided", { decided: data.decided, tasks: data.tasks });
  return (
    <Stack>
      <Text fw={600}>{done}</Text>
      <Bar value={data.tasks === 0 ? 0 : (100 * data.decided) / data.tasks} size="lg" aria-label={done} />
      <SimpleGrid cols={{ base: 2, sm: 3 }}>
        {figures.map(([name, value]) => (
          <div className="card" key={name}><Text size="sm" c="dimmed">{name}</Text><Text size="xl" fw={600} className="figure">{value}</Text></div>
        ))}
      </SimpleGrid>
    </Stack>
  );
}

function Labelers({ client, project }: At) {
  const say = useSay();
  const intl = useIntl();
  const { data, error } = useRead<Page<LabelerSkill>>(client, `/api/projects/${project}/labelers?limit=200`, 5000);
  const p = (v: number | null) => intl.formatNumber(v ?? 0, { style: "percent" });
  return (
    <Stack>
      <ProblemNote error={error} />
      <Rows label={say("tab.labelers")} items={data?.items ?? []} row={(l) => (
        <Group className="row" style={{ height: 52 }} wrap="nowrap">
          <Text fw={600} flex={1}>{l.handle}</Text>
          <Text c="dimmed">{say(`labeler.${l.kind}`)}</Text>
          <Text className="figure">{say("tasks.answers", { n: l.answers })}</Text>
          <Text className="figure">{l.accuracy === null ? say("labeler.unknown") : say("labeler.skill", { accuracy: p(l.accuracy), low: p(l.low), high: p(l.high) })}</Text>
        </Group>
      )} />
    </Stack>
  );
}

export function ProjectPage() {
  const at = useParams({ strict: false }) as unknown as At;
  const say = useSay();
  const path = `/api/projects/${at.project}`;
  const { data, error } = useRead<Project>(at.client, path);
  const write = useWrite<Project>(at.client);
  const panels = [["overview", Overview], ["tasks", Tasks], ["labelers", Labelers], ["import", Imports], ["export", Exports]] as const;
  return (
    <Stack>
      <Group justify="space-between">
        <Title order={1}>{data?.name ?? say("loading")}</Title>
        {data && <NativeSelect aria-label={say("project.state")} value={data.state}
          data={(["active", "paused", "archived"] as const).map((s) => ({ value: s, label: say(`state.${s}`) }))}
          onChange={(e) => write.mutate({ path, method: "PATCH", json: { state: e.currentTarget.value } })} />}
      </Group>
      <ProblemNote error={error ?? write.error} />
      <Tabs defaultValue="overview" keepMounted={false}>
        <Tabs.List>{panels.map(([name]) => <Tabs.Tab key={name} value={name}>{say(`tab.${name}`)}</Tabs.Tab>)}</Tabs.List>
        {panels.map(([name, Panel]) => <Tabs.Panel key={name} value={name} pt="md"><Panel {...at} /></Tabs.Panel>)}
      </Tabs>
    </Stack>
  );
}
