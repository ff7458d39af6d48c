import { Button, NativeSelect } from "@mantine/core";
import type { Model, ModelProject, Project } from "@/api/types";
import { useWrite } from "@/api/useCell";
import { useFormat } from "@/kit/format";
import { useSay } from "@/kit/say";
import { State } from "@/ui/Page";
import { ProblemNote } from "@/ui/ProblemNote";
import { Sure } from "@/ui/Sure";
import { type Column, Table } from "@/ui/Table";
import { TONES } from "./tones";

/** One model: whether it works, why not, and how it fares in each of its projects. */
export function ModelCard({ client, model, projects }: { client: string; model: Model; projects: Project[] }) {
  const say = useSay();
  const format = useFormat();
  const change = useWrite<Model>(client);
  const path = `/api/models/${model.id}`;
  const named = new Map(projects.map((p) => [p.id, p.name]));
  const free = projects.filter((p) => p.mode === model.mode && !model.projects.some((at) => at.project_id === p.id));
  const working = model.state === "active";
  const columns: Column<ModelProject>[] = [
    { key: "project", head: say("project"), width: "minmax(0, 2fr)", cell: (at) => <span><b className="name">{named.get(at.project_id) ?? at.project_id}</b>{at.notice && <small className="flaw">{at.notice}</small>}</span> },
    { key: "answers", head: say("progress.answers"), end: true, width: "7rem", cell: (at) => format.number(at.answers) },
    { key: "right", head: say("labeler.right"), end: true, width: "9rem", cell: (at) => (at.accuracy === null || at.low === null || at.high === null ? <span className="muted">{say("labeler.unknown")}</span> : (
      <span><b>{format.percent(at.accuracy, 1)}</b><small className="muted figure">{say("labeler.between", { low: format.percent(at.low), high: format.percent(at.high) })}</small></span>)) },
    { key: "sure", head: say("model.sure"), end: true, width: "8rem", cell: (at) => at.confidence !== null && format.percent(at.confidence, 1) },
    { key: "state", head: say("state"), width: "7rem", cell: (at) => <State tone={TONES[at.state]}>{say(`state.${at.state}`)}</State> },
    { key: "act", head: say("acts"), plain: true, end: true, width: "13rem", cell: (at) => {
      const here = `${path}/projects/${at.project_id}`;
      return (
        <>
          {at.state === "paused" && <Button size="compact-sm" variant="default" onClick={() => change.mutate({ path: here, method: "PUT" })}>{say("model.again")}</Button>}
          <Button size="compact-sm" variant="default" onClick={() => change.mutate({ path: here, method: "DELETE" })}>{say("model.detach")}</Button>
        </>
      );
    } },
  ];
  return (
    <section className="sheet stack-tight" aria-label={model.name}>
      <div className="callback">
        <span><b className="name">{model.name}</b><small className="muted code">{model.url}</small></span>
        <small className="muted">{say("model.limits", { per_minute: model.per_minute, at_once: model.at_once })}</small>
        {model.flawed > 0 && <small className="muted">{say("model.flawed", { count: model.flawed })}</small>}
        <State tone={TONES[model.state]}>{say(`state.${model.state}`)}</State>
        <Button size="compact-sm" variant="default" onClick={() => change.mutate({ path, method: "PATCH", json: { state: working ? "paused" : "active" } })}>{say(working ? "model.pause" : "model.resume")}</Button>
        <Sure act={say("model.remove")} question={say("model.remove.sure", { name: model.name })} onSure={() => change.mutate({ path, method: "DELETE" })} />
      </div>
      {model.notice && <p className="flaw" role="alert">{model.notice}</p>}
      <ProblemNote error={change.error} />
      {model.projects.length > 0 && <Table label={model.name} items={model.projects} columns={columns} keyOf={(at) => at.project_id} />}
      {free.length > 0 && (
        <NativeSelect className="narrow" aria-label={say("model.attach")} value="" onChange={(e) => { const { value } = e.currentTarget; if (value) change.mutate({ path: `${path}/projects/${value}`, method: "PUT" }); }}
          data={[{ value: "", label: say("model.attach") }, ...free.map((p) => ({ value: p.id, label: p.name }))]} />
      )}
    </section>
  );
}
