import { Anchor, Badge, Button, Group, Stack, Text, Title } from "@mantine/core";
import { Link, useParams } from "@tanstack/react-router";
import { useIntl } from "react-intl";
import type { Page, Project } from "@/api/types";
import { useRead } from "@/api/useCell";
import { money } from "@/kit/money";
import { useSay } from "@/kit/t";
import { ProblemNote } from "@/ui/ProblemNote";
import { Rows } from "@/ui/Rows";

export function Projects() {
  const { client } = useParams({ strict: false }) as { client: string };
  const say = useSay();
  const intl = useIntl();
  const { data, error } = useRead<Page<Project>>(client, "/api/projects?limit=200");
  const params = { client };
  return (
    <Stack>
      <Group justify="space-between">
        <Title order={1}>{say("projects")}</Title>
        <Group>
          <Anchor renderRoot={(p) => <Link to="/manage/$client/keys" params={params} {...p} />}>{say("keys")}</Anchor>
          <Anchor renderRoot={(p) => <Link to="/manage/$client/people" params={params} {...p} />}>{say("people")}</Anchor>
          <Anchor renderRoot={(p) => <Link to="/manage/$client/callbacks" params={params} {...p} />}>{say("callbacks")}</Anchor>
          <Button renderRoot={(p) => <Link to="/manage/$client/new" params={params} {...p} />}>{say("project.new")}</Button>
        </Group>
      </Group>
      <ProblemNote error={error} />
      <Rows label={say("projects")} items={data?.items ?? []} row={(p) => (
        <Link className="row" style={{ height: 52 }} to="/manage/$client/$project" params={{ client, project: p.id }}>
          <Text fw={600} flex={1}>{p.name}</Text>
          <Text c="dimmed">{p.kind}</Text>
          <Text className="figure">{money(intl, p.price.micros, p.price.currency)}</Text>
          <Badge variant="light">{say(`state.${p.state}`)}</Badge>
        </Link>
      )} />
    </Stack>
  );
}
