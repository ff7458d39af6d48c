import { Button, Group, Modal, TagsInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useState } from "react";
import type { LabelerSkill } from "@/api/types";
import { useWrite } from "@/api/useCell";
import { useSay } from "@/kit/say";
import { ProblemNote } from "@/ui/ProblemNote";

/** What a labeler was granted by name; a manager changes it here. */
export function Skills({ client, labeler }: { client: string; labeler: LabelerSkill }) {
  const say = useSay();
  const [open, { open: show, close }] = useDisclosure(false);
  const [skills, set] = useState(labeler.skills);
  const write = useWrite(client);
  const title = say("labeler.skills.change", { name: labeler.handle });
  const save = () => write.mutate({ path: `/api/labelers/${labeler.labeler}/skills`, method: "PUT", json: { skills } }, { onSuccess: close });
  return (
    <>
      <Button size="compact-sm" variant="default" aria-label={`${labeler.skills.join(", ") || "+"}: ${title}`} onClick={() => { set(labeler.skills); show(); }}>{labeler.skills.join(", ") || "+"}</Button>
      <Modal opened={open} onClose={close} title={title} closeButtonProps={{ "aria-label": say("close") }}>
        <div className="stack">
          <TagsInput label={say("labeler.skills")} description={say("labeler.skills.about")} placeholder={say("labeler.skills.type")} value={skills} onChange={set}
            maxTags={100} acceptValueOnBlur data-autofocus />
          <ProblemNote error={write.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>{say("cancel")}</Button>
            <Button loading={write.isPending} onClick={save}>{say("settings.save")}</Button>
          </Group>
        </div>
      </Modal>
    </>
  );
}
