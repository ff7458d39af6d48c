import { useNavigate, useParams } from "@tanstack/react-router";
import { useMembership } from "@/api/session";
import type { Project } from "@/api/types";
import { useWrite } from "@/api/useCell";
import { useSay } from "@/kit/say";
import { PageHead } from "@/ui/Page";
import { blank, sent } from "./form";
import { ProjectForm } from "./ProjectForm";

export function NewProject() {
  const { client } = useParams({ strict: false }) as { client: string };
  const say = useSay();
  const navigate = useNavigate();
  const write = useWrite<Project>(client);
  return (
    <div className="form-page">
      <PageHead title={say("project.new")} within={useMembership(client)?.client_name} />
      <ProjectForm client={client} start={blank("choice")} fresh error={write.error} pending={write.isPending} submitLabel={say("project.create")}
        onSubmit={(form, ui) => write.mutate({ path: "/api/projects", json: sent(form, ui) },
          { onSuccess: (p) => void navigate({ to: "/manage/$client/$project", params: { client, project: p.id }, search: { tab: "import" } }) })} />
    </div>
  );
}
