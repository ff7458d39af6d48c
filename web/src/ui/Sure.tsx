import { Button, type ButtonProps, Group, Modal, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useSay } from "@/kit/say";

/** A button for what cannot be taken back: it says what will happen and asks once. */
export function Sure({ act, question, children, onSure, ...looks }: ButtonProps & { act: string; question: string; onSure: () => void }) {
  const say = useSay();
  const [asked, ask] = useDisclosure(false);
  return (
    <>
      <Button size="compact-sm" variant="default" {...looks} onClick={ask.open}>{children ?? act}</Button>
      <Modal opened={asked} onClose={ask.close} title={act} closeButtonProps={{ "aria-label": say("close") }}>
        <Text mb="lg">{question}</Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={ask.close}>{say("cancel")}</Button>
          <Button color="red.8" autoContrast onClick={() => { ask.close(); onSure(); }} data-autofocus>{act}</Button>
        </Group>
      </Modal>
    </>
  );
}
