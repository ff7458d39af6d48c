import { Skeleton } from "@mantine/core";
import { Link, useParams } from "@tanstack/react-router";
import type { Instructions, OwnReport } from "@/api/types";
import { useRead } from "@/api/useCell";
import { NOTHING, useFormat } from "@/kit/format";
import { useSay } from "@/kit/say";
import { Empty, Figures, PageHead } from "@/ui/Page";
import { ProblemNote } from "@/ui/ProblemNote";
import { Overtime, Pace, Told } from "./Parts";

/** What is believed of one's own work in a project: the same figures and words that others read. */
export function OwnPage() {
  const { client, project } = useParams({ strict: false }) as { client: string; project: string };
  const say = useSay();
  const format = useFormat();
  const { data, error } = useRead<OwnReport>(client, `/api/work/projects/${project}/skill`);
  const { data: home } = useRead<Instructions>(client, `/api/work/projects/${project}/instructions`);
  return (
    <>
      <PageHead title={say("mine.title")} within={home?.name}
        lead={<><Link className="back" to="/">{say("home.title")}</Link>{home && <> · {home.name}</>}</>} />
      <ProblemNote error={error} />
      {!data && !error && <Skeleton height={240} radius="lg" className="wait" />}
      {data && (
        <div className="stack">
          <Figures items={[
            [say("progress.answers"), format.number(data.answers)],
            [say("labeler.right"), format.percent(data.accuracy, 1)],
            [say("labeler.interval"), data.low === null || data.high === null ? NOTHING : say("labeler.between", { low: format.percent(data.low), high: format.percent(data.high) })],
            [say("quality.pace"), data.speed ? format.seconds(data.speed.median_seconds) : NOTHING],
          ]} />
          {data.estimated_at === null ? <Empty title={say("believed.none")}>{say("mine.none")}</Empty> : (
            <>
              <p className="muted hint">{say("mine.about", { at: format.moment(data.estimated_at) })}</p>
              <Told evidence={data.evidence} other={say("mine.other")} />
              <div className="plots">
                {data.speed && <Pace pace={data.speed} />}
                <Overtime stretches={data.stretches} evidence={data.evidence} />
              </div>
            </>
          )}
        </div>
      )}
    </>
  );
}
