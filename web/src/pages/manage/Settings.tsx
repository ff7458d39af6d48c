import { Alert } from "@mantine/core";
import { useState } from "react";
import type { JsonObject, Project } from "@/api/types";
import { useWrite } from "@/api/useCell";
import { kindUi } from "@/editor/kinds";
import { useSay } from "@/kit/say";
import { type Form, formOf, sent } from "./form";
import { ProjectForm } from "./ProjectForm";

/** The parts of a project that differ from what it is now. */
function changes(project: Project, next: JsonObject): JsonObject {
  const now = project as unknown as JsonObject;
  return Object.fromEntries(Object.entries(next).filter(([name, value]) => name !== "kind" && JSON.stringify(value) !== JSON.stringify(now[name])));
}

export function Settings({ client, project }: { client: string; project: Project }) {
  const say = useSay();
  const write = useWrite<Project>(client);
  const ui = kindUi(project.kind);
  const [start] = useState<Form | null>(() => (ui ? formOf(project, ui) : null));
  if (!ui || !start) return <p>{say("label.no-kind", { kind: project.kind })}</p>;
  return (
    <div className="form-page">
      <ProjectForm client={client} project={project.id} start={start} fresh={false} error={write.error} pending={write.isPending} submitLabel={say("settings.save")}
        onSubmit={(form, now) => write.mutate({ path: `/api/projects/${project.id}`, method: "PATCH", json: changes(project, sent(form, now)) })}>
        <p className="muted hint">{say("settings.about", { version: project.config_version })}</p>
        {write.isSuccess && <Alert color="teal" role="status" py="xs" px="md">{say("settings.saved")}</Alert>}
      </ProjectForm>
    </div>
  );
}
