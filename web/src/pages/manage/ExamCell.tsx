import { Button, Group } from "@mantine/core";
import type { LabelerSkill } from "@/api/types";
import { useWrite } from "@/api/useCell";
import { useSay } from "@/kit/say";
import { State } from "@/ui/Page";
import { ProblemNote } from "@/ui/ProblemNote";
import { Sure } from "@/ui/Sure";

const TONE = { open: "busy", passed: "good", failed: "bad" } as const;

/** Where a labeler stands in the project's exam. A manager has the last word on one that was not passed. */
export function ExamCell({ client, project, labeler, manager }: { client: string; project: string; labeler: LabelerSkill; manager: boolean }) {
  const say = useSay();
  const write = useWrite(client);
  if (labeler.exam === null) return <span className="muted">–</span>;
  const put = (state: "passed" | "open") => write.mutate({ path: `/api/projects/${project}/labelers/${labeler.labeler}/exam`, method: "PUT", json: { state } });
  return (
    <>
      <State tone={TONE[labeler.exam]}>{say(`exam.${labeler.exam}`)}</State>
      {manager && labeler.exam === "failed" && (
        <Group gap={6} mt={6}>
          <Sure size="compact-xs" act={say("exam.let-in")} question={say("exam.let-in.sure", { name: labeler.handle })} onSure={() => put("passed")} />
          <Button size="compact-xs" variant="default" loading={write.isPending} onClick={() => put("open")}>{say("exam.again")}</Button>
        </Group>
      )}
      <ProblemNote error={write.error} />
    </>
  );
}
