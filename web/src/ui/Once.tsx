import { Button, Code, CopyButton, Group, Stack, Text } from "@mantine/core";
import { useSay } from "@/kit/t";

/** A secret that is shown once. */
export function Once({ label, secret }: { label: string; secret: string }) {
  const say = useSay();
  return (
    <Stack className="card" gap="xs" role="status">
      <Text size="sm">{label} · {say("key.once")}</Text>
      <Group>
        <Code style={{ overflowWrap: "anywhere" }}>{secret}</Code>
        <CopyButton value={secret}>{({ copied, copy }) => <Button size="xs" onClick={copy}>{say(copied ? "copied" : "copy")}</Button>}</CopyButton>
      </Group>
    </Stack>
  );
}
