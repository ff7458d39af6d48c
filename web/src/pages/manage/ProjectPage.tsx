import { NativeSelect, Skeleton, Tabs } from "@mantine/core";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useMembership } from "@/api/session";
import type { Project } from "@/api/types";
import { useRead, useWrite } from "@/api/useCell";
import { useSaid, useSay } from "@/kit/say";
import { PageHead, State } from "@/ui/Page";
import { ProblemNote } from "@/ui/ProblemNote";
import { Exports } from "./Exports";
import { Gold } from "./Gold";
import { Imports } from "./Imports";
import { Labelers } from "./Labelers";
import { Overview } from "./Overview";
import { Quality } from "./Quality";
import { Settings } from "./Settings";
import { Tasks } from "./Tasks";
import { TONES } from "./tones";

const TABS = ["overview", "tasks", "quality", "gold", "labelers", "import", "export", "settings"] as const;
type Tab = (typeof TABS)[number];
const MANAGED: readonly Tab[] = ["import", "settings"];
const STATES = ["active", "paused", "archived"] as const;

export function ProjectPage() {
  const { client, project: id } = useParams({ strict: false }) as { client: string; project: string };
  const { tab } = useSearch({ strict: false });
  const say = useSay();
  const said = useSaid();
  const navigate = useNavigate();
  const membership = useMembership(client);
  const path = `/api/projects/${id}`;
  const { data: project, error } = useRead<Project>(client, path);
  const write = useWrite<Project>(client);
  const manager = membership?.role === "manager";
  const tabs = TABS.filter((t) => manager || !MANAGED.includes(t));
  const shown = tabs.find((t) => t === tab) ?? "overview";
  const go = (to: string | null) => void navigate({ to: "/manage/$client/$project", params: { client, project: id }, search: to === "overview" || !to ? {} : { tab: to } });
  const panel = (name: Tab) => {
    if (!project) return <Skeleton height={240} radius="lg" className="wait" />;
    if (name === "overview") return <Overview client={client} project={project} onImport={manager ? () => go("import") : undefined} />;
    if (name === "tasks") return <Tasks client={client} project={project} />;
    if (name === "quality") return <Quality client={client} project={project} />;
    if (name === "gold") return <Gold client={client} project={project} manager={manager} />;
    if (name === "labelers") return <Labelers client={client} project={id} manager={manager} />;
    if (name === "import") return <Imports client={client} project={project} onTasks={() => go("tasks")} />;
    if (name === "export") return <Exports client={client} project={project} />;
    return <Settings client={client} project={project} />;
  };
  return (
    <>
      <PageHead title={project?.name ?? " "} within={membership?.client_name} lead={project && (said(`kind.${project.kind}`) ?? project.kind)}>
        {project && (manager ? (
          <NativeSelect aria-label={say("project.state")} value={project.state} data={STATES.map((s) => ({ value: s, label: say(`state.${s}`) }))}
            onChange={(e) => write.mutate({ path, method: "PATCH", json: { state: e.currentTarget.value } })} />
        ) : <State tone={TONES[project.state]}>{say(`state.${project.state}`)}</State>)}
      </PageHead>
      <ProblemNote error={error ?? write.error} />
      <Tabs value={shown} onChange={go} keepMounted={false}>
        <Tabs.List mb="lg">{tabs.map((name) => <Tabs.Tab key={name} value={name}>{say(`tab.${name}`)}</Tabs.Tab>)}</Tabs.List>
        {tabs.map((name) => <Tabs.Panel key={name} value={name}>{panel(name)}</Tabs.Panel>)}
      </Tabs>
    </>
  );
}
