import { Button, Group, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { useQueries } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useIntl } from "react-intl";
import { cell } from "@/api/http";
import { useSession } from "@/api/session";
import type { Page, WorkProject } from "@/api/types";
import { hourly, money } from "@/kit/money";
import { useSay } from "@/kit/t";

export function Home() {
  const say = useSay();
  const intl = useIntl();
  const members = useSession()?.memberships ?? [];
  const work = useQueries({
    queries: members.map((m) => ({
      queryKey: ["work", m.client_id],
      queryFn: () => cell<Page<WorkProject>>(m.client_id, "/api/work/projects"),
    })),
  });
  return (
    <Stack gap="xl">
      <Title order={1}>{say("home.title")}</Title>
      {members.map((member, n) => (
        <Stack key={member.client_id} component="section" aria-label={member.client_name}>
          <Title order={2} size="h4">{member.client_name}</Title>
          {work[n]?.data?.items.length === 0 && <Text c="dimmed">{say("home.none")}</Text>}
          <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
            {work[n]?.data?.items.map((p) => (
              <Stack key={p.project_id} className="card" gap="sm" justify="space-between">
                <Text fw={600} size="lg">{p.name}</Text>
                <Group gap="lg" className="figure">
                  <Text>{say("home.pay", { pay: money(intl, p.price.micros, p.price.currency) })}</Text>
                  <Text>{say("home.minutes", { minutes: p.minutes })}</Text>
                  <Text fw={600}>{say("home.hourly", { pay: money(intl, hourly(p.price.micros, p.minutes), p.price.currency) })}</Text>
                </Group>
                <Group justify="space-between">
                  <Text size="sm" c="dimmed">{say("home.open", { open: p.open_slots, done: p.answered })}</Text>
                  <Button renderRoot={(props) => (
                    <Link to="/work/$client/$project" params={{ client: member.client_id, project: p.project_id }}
                      aria-label={say("home.start-of", { name: p.name })} {...props} />)}>
                    {say("home.start")}
                  </Button>
                </Group>
              </Stack>
            ))}
          </SimpleGrid>
        </Stack>
      ))}
    </Stack>
  );
}
