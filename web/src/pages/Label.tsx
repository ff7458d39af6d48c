import { Alert, Button, Drawer, Group, Loader, Stack, Text, Title } from "@mantine/core";
import { useDisclosure, useHotkeys, useNetwork } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useIntl } from "react-intl";
import { cell } from "@/api/http";
import type { Instructions } from "@/api/types";
import { kindUi } from "@/editor/kinds";
import { useWork } from "@/editor/useWork";
import { hourly, money } from "@/kit/money";
import { useSay } from "@/kit/t";
import { ProblemNote } from "@/ui/ProblemNote";
import { Prose } from "@/ui/Prose";

export function Label() {
  const { client, project } = useParams({ strict: false }) as { client: string; project: string };
  const say = useSay();
  const intl = useIntl();
  const { online } = useNetwork();
  const work = useWork(client, project);
  const [helped, help] = useDisclosure(false);
  const { data: told } = useQuery({
    queryKey: ["instructions", client, project],
    queryFn: () => cell<Instructions>(client, `/api/work/projects/${project}/instructions`),
  });
  useHotkeys([["mod+Enter", () => void work.submit()], ["shift+?", help.toggle], ["?", help.toggle]], []);
  const ui = work.lease ? kindUi(work.lease.kind) : undefined;
  const { lease } = work;
  return (
    <Stack pr={{ base: 0, md: helped ? 380 : 0 }}>
      {!online && <Alert color="orange" role="status">{say("offline")}</Alert>}
      <Group justify="space-between">
        <Stack gap={0}>
          <Title order={1} size="h3">{told?.name ?? say("loading")}</Title>
          {told && (
            <Text size="sm" c="dimmed" className="figure">
              {say("label.terms", {
                pay: money(intl, told.price.micros, told.price.currency), minutes: told.minutes,
                hourly: money(intl, hourly(told.price.micros, told.minutes), told.price.currency),
              })}
            </Text>
          )}
        </Stack>
        <Group gap="xs">
          <Text size="sm" c="dimmed" role="status">{work.saved && say(`label.${work.saved}`)}</Text>
          <Button variant="default" onClick={help.toggle}>{say("label.instructions")}</Button>
          {lease && <Button variant="default" onClick={() => void work.skip()}>{say("label.skip")}</Button>}
          {lease && <Button onClick={() => void work.submit()} loading={work.phase === "sending"}>{say("label.submit")}</Button>}
        </Group>
      </Group>
      <ProblemNote error={work.error} />
      {work.phase === "loading" && <Loader aria-label={say("loading")} />}
      {work.phase === "done" && (
        <Stack className="card" align="center">
          <Text>{say("label.done")}</Text>
          <Button variant="default" renderRoot={(p) => <Link to="/" {...p} />}>{say("label.home")}</Button>
        </Stack>
      )}
      {lease && ui && typeof lease.params.instruction === "string" && (
        <div className="card"><Prose>{lease.params.instruction}</Prose></div>
      )}
      {lease && ui && (
        <ui.Editor key={lease.lease_id} params={lease.params} config={lease.config} media={lease.media} answer={work.answer}
          flaws={work.flaws} onChange={work.change} onSubmit={(given) => void work.submit(given)} />
      )}
      {lease && !ui && <Alert color="red">{say("label.no-kind", { kind: lease.kind })}</Alert>}
      <Drawer opened={helped} onClose={help.close} position="right" size={380} title={say("label.instructions")} withOverlay={false}
        trapFocus={false} lockScroll={false} closeButtonProps={{ "aria-label": say("close") }}>
        <Prose>{told?.instructions ?? ""}</Prose>
      </Drawer>
    </Stack>
  );
}
