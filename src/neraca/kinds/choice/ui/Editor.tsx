import { Button, Group, Kbd, Stack, Text, Title } from "@mantine/core";
import { useEffect } from "react";
import { type EditorProps, keyOf, labelled } from "@/editor/kind-ui";
import { Subject } from "./Subject";

/** One key answers and hands in. */
export function Editor(props: EditorProps) {
  const { config, answer, flaws, onChange, onSubmit } = props;
  const options = labelled(config["options"]);
  const choose = (choice: string) => { onChange({ choice }); onSubmit({ choice }); };
  useEffect(() => {
    const pressed = (e: KeyboardEvent) => {
      const typing = e.target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(e.target.tagName);
      if (e.repeat || e.ctrlKey || e.metaKey || e.altKey || typing) return;
      const found = options.find((o, n) => keyOf(o, n, options.length) === e.key);
      if (found) { e.preventDefault(); choose(found.id); }
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  });
  return (
    <Stack align="center" className="card">
      <Title order={2} size="h3">{String(config["question"] ?? "")}</Title>
      <Subject {...props} />
      {flaws.map((f, n) => <Text key={n} c="red" role="alert">{f.detail}</Text>)}
      <Group justify="center" role="group" aria-label={String(config["question"] ?? "")}>
        {options.map((o, n) => (
          <Button key={o.id} size="lg" variant={answer?.["choice"] === o.id ? "filled" : "default"} onClick={() => choose(o.id)}
            aria-pressed={answer?.["choice"] === o.id}
            rightSection={keyOf(o, n, options.length) ? <Kbd size="xs">{keyOf(o, n, options.length)}</Kbd> : null}>
            {o.label}
          </Button>
        ))}
      </Group>
    </Stack>
  );
}
