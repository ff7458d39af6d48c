import { Button, Group, Modal, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useState } from "react";
import type { LabelerSkill } from "@/api/types";
import { useWrite } from "@/api/useCell";
import { useSay } from "@/kit/say";
import { ProblemNote } from "@/ui/ProblemNote";

/** What a labeler was granted by name; a manager changes it here, one skill at a time. */
export function Skills({ client, labeler }: { client: string; labeler: LabelerSkill }) {
  const say = useSay();
  const [open, { open: show, close }] = useDisclosure(false);
  const [typed, type] = useState("");
  const write = useWrite(client);
  const { skills } = labeler;
  const title = say("labeler.skills.change", { name: labeler.handle });
  const put = (wanted: string[]) => write.mutate({ path: `/api/labelers/${labeler.labeler}/skills`, method: "PUT", json: { skills: wanted } }, { onSuccess: () => type("") });
  const short = skills.join(", ") || "+";
  return (
    <>
      <Button size="compact-sm" variant="default" aria-label={`${short}: ${title}`} onClick={() => { write.reset(); show(); }}>{short}</Button>
      <Modal opened={open} onClose={close} title={title} closeButtonProps={{ "aria-label": say("close") }}>
        <form className="stack" onSubmit={(e) => { e.preventDefault(); if (typed.trim()) put([...skills, typed.trim()]); }}>
          <p className="muted hint">{say("labeler.skills.about")}</p>
          {skills.length > 0 && (
            <Group gap="xs">
              {skills.map((s) => <Button key={s} size="compact-sm" variant="default" aria-label={say("labeler.skills.revoke", { skill: s })} onClick={() => put(skills.filter((x) => x !== s))}>{`${s} ×`}</Button>)}
            </Group>
          )}
          <Group align="end">
            <TextInput label={say("labeler.skills.new")} value={typed} onChange={(e) => type(e.currentTarget.value)} data-autofocus />
            <Button type="submit" loading={write.isPending}>{say("labeler.skills.grant")}</Button>
          </Group>
          <ProblemNote error={write.error} />
        </form>
      </Modal>
    </>
  );
}
