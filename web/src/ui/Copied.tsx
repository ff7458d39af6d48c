import { Button, CopyButton } from "@mantine/core";
import { useSay } from "@/kit/say";
import { Icon } from "./Icon";

export function Copied({ text, name }: { text: string; name: string }) {
  const say = useSay();
  return (
    <CopyButton value={text}>
      {({ copied, copy }) => (
        <Button size="compact-sm" variant="default" onClick={copy} leftSection={<Icon name={copied ? "check" : "copy"} size={14} />} aria-label={say(copied ? "copied-of" : "copy-of", { name })}>
          {say(copied ? "copied" : "copy")}
        </Button>
      )}
    </CopyButton>
  );
}
