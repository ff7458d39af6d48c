import { Button, Group, Modal, Radio, Stack, Textarea } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useSay } from "@/kit/say";

const REASONS = ["unclear", "broken", "unsuitable", "other"] as const;
type Reason = (typeof REASONS)[number];

/** Asks why, because a reason helps whoever made the task; the task goes to someone else. */
export function Skip({ opened, onClose, onSkip }: { opened: boolean; onClose: () => void; onSkip: (reason: string) => void }) {
  const say = useSay();
  const [reason, setReason] = useState<Reason>("unclear");
  const [more, setMore] = useState("");
  const submit = (e: FormEvent) => {
    e.preventDefault();
    onSkip([reason, more.trim()].filter(Boolean).join(": "));
    setMore("");
    setReason("unclear");
    onClose();
  };
  return (
    <Modal opened={opened} onClose={onClose} title={say("skip-task")} closeButtonProps={{ "aria-label": say("close") }}>
      <form onSubmit={submit}>
        <Radio.Group value={reason} onChange={(value) => setReason(value as Reason)} label={say("skip-task.why")} mb="md">
          <Stack gap="xs" mt="xs">
            {REASONS.map((r, n) => <Radio key={r} value={r} label={say(`skip-task.${r}`)} {...(n === 0 ? { "data-autofocus": true } : {})} />)}
          </Stack>
        </Radio.Group>
        <Textarea label={say("skip-task.more")} maxLength={900} autosize minRows={2} value={more} onChange={(e) => setMore(e.currentTarget.value)} />
        <Group justify="flex-end" mt="lg">
          <Button variant="default" onClick={onClose}>{say("cancel")}</Button>
          <Button type="submit">{say("label.skip")}</Button>
        </Group>
      </form>
    </Modal>
  );
}
