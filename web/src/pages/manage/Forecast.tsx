import { NativeSelect, NumberInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { type ReactNode, useState } from "react";
import type { Estimate, Money, Project } from "@/api/types";
import { useAsk, useList } from "@/api/useCell";
import { NOTHING, useFormat } from "@/kit/format";
import { useSay } from "@/kit/say";
import { Figures } from "@/ui/Page";
import { type Form, forecastOf } from "./form";

const PAUSE_MS = 400;

/** What the policy of the form will take, as it is written. `project` is the one that goes on under it; a new one may name a pilot. */
export function Forecast({ client, form, project }: { client: string; form: Form; project?: string | undefined }) {
  const say = useSay();
  const [tasks, setTasks] = useState(1000);
  const [pilot, setPilot] = useState("");
  const body = JSON.stringify(forecastOf(form, Math.max(Math.round(tasks), 1), project ?? pilot, project !== undefined));
  const [asked] = useDebouncedValue(body, PAUSE_MS);
  const { data, error } = useAsk<Estimate>(client, "/api/projects/estimate", asked);
  return (
    <section className="sheet stack" aria-labelledby="forecast" aria-busy={asked !== body}>
      <h2 id="forecast">{say("forecast")}</h2>
      <div className="fields">
        <NumberInput label={say("forecast.tasks")} min={1} max={100_000_000} allowDecimal={false} value={tasks} onChange={(value) => setTasks(Number(value))} />
        {project === undefined && <Pilot client={client} value={pilot} onChange={setPilot} />}
      </div>
      {data && !error ? <Told data={data} choose={project === undefined} /> : <p className="muted hint">{say("forecast.not-yet")}</p>}
    </section>
  );
}

function Pilot({ client, value, onChange }: { client: string; value: string; onChange: (id: string) => void }) {
  const say = useSay();
  const { items } = useList<Project>(client, "/api/projects");
  if (items.length === 0) return null;
  return (
    <NativeSelect label={say("forecast.pilot")} value={value} onChange={(e) => onChange(e.currentTarget.value)}
      data={[{ value: "", label: say("forecast.pilot.none") }, ...items.map((p) => ({ value: p.id, label: p.name }))]} />
  );
}

function Told({ data, choose }: { data: Estimate; choose: boolean }) {
  const say = useSay();
  const format = useFormat();
  const { answers, ended, source } = data;
  const whole = (price: Money) => format.money({ ...price, micros: Math.round(price.micros / 1e4) * 1e4 });
  const figure = <T,>({ expected, low, high }: { expected: T | null; low: T; high: T }, tell: (value: T) => string): ReactNode => {
    const between = tell(low) !== tell(high) && say("forecast.between", { low: tell(low), high: tell(high) });
    return expected === null ? <span className="between">{between}</span> : <>{tell(expected)}{between && <small className="between muted">{between}</small>}</>;
  };
  const unmet = ended && ended.exhausted + ended.capped;
  const share = (value: number | null) => (value === null ? NOTHING : format.percent(value));
  return (
    <>
      <Figures items={[
        [say("forecast.answers"), figure(answers, (n) => format.number(n, 1))],
        [say("forecast.task"), figure(data.cost_per_task, format.money)],
        [say("forecast.all"), figure(data.cost, whole)],
        ...(ended && ended.count === 0 ? [[say("forecast.met"), share(ended.met)] as [string, ReactNode],
          ended.escalated > 0 ? [say("forecast.escalated"), share(ended.escalated)] as [string, ReactNode] : [say("forecast.unmet"), share(unmet)] as [string, ReactNode]] : []),
      ]} />
      {answers.low !== answers.high && (
        <p className="muted hint">
          {say(ended === null ? "forecast.from.bounds" : `forecast.from.${source}`, { labelers: data.labelers, tasks: data.pilot_tasks })}
          {choose && ended !== null && source === "assumption" && ` ${say("forecast.choose")}`}
        </p>
      )}
    </>
  );
}
