import { Group, Progress as Bar, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { useParams } from "@tanstack/react-router";
import { useIntl } from "react-intl";
import type { Answers, Project, Task } from "@/api/types";
import { useRead } from "@/api/useCell";
import { kindUi, labelOf } from "@/editor/kinds";
import { useSay } from "@/kit/t";
import { ProblemNote } from "@/ui/ProblemNote";

/** One task: what was asked, the verdict, and every answer side by side. */
export function TaskPage() {
  const { client, project, task } = useParams({ strict: false }) as { client: string; project: string; task: string };
  const say = useSay();
  const intl = useIntl();
  const asked = useRead<Task>(client, `/api/tasks/${task}`);
  const told = useRead<Answers>(client, `/api/tasks/${task}/answers`);
  const { data: home } = useRead<Project>(client, `/api/projects/${project}`);
  const percent = (v: number) => intl.formatNumber(v, { style: "percent", maximumFractionDigits: 1 });
  const ui = home && kindUi(home.kind);
  if (!asked.data || !told.data || !home || !ui) return <ProblemNote error={asked.error ?? told.error} />;
  const shown = { params: asked.data.params, config: home.config, media: told.data.media };
  const { verdict } = told.data;
  return (
    <Stack>
      <Title order={1} size="h3" style={{ overflowWrap: "anywhere" }}>{say("task.title", { id: asked.data.external_id ?? task })}</Title>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <div className="card"><ui.Show {...shown} answer={null} /></div>
        <Stack className="card" component="section" aria-label={say("task.verdict")}>
          <Title order={2} size="h4">{say("task.verdict")}</Title>
          {verdict ? <><ui.Show {...shown} answer={verdict.answer} /><Text>{say("task.confidence", { p: percent(verdict.confidence) })}</Text></> : <Text>{say("task.none")}</Text>}
          {Object.entries(verdict?.posterior ?? {}).sort((a, b) => b[1] - a[1]).slice(0, 8).map(([name, p]) => (
            <Group key={name} wrap="nowrap"><Text w={110} truncate>{labelOf(home.config, name)}</Text><Bar flex={1} value={p * 100} aria-label={name} /><Text w={64} ta="right" className="figure">{percent(p)}</Text></Group>
          ))}
        </Stack>
      </SimpleGrid>
      <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
        {told.data.items.map((a) => (
          <Stack className="card" key={a.id} component="article" aria-label={a.handle}>
            <Group justify="space-between"><Text fw={600}>{a.handle}</Text><Text size="sm" c="dimmed">{say(`labeler.${a.labeler_kind}`)} · {say("task.seconds", { s: Math.round(a.active_ms / 1000) })}</Text></Group>
            <ui.Show {...shown} answer={a.answer} />
          </Stack>
        ))}
      </SimpleGrid>
    </Stack>
  );
}
