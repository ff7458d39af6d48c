import { Text } from "@mantine/core";
import { useSay } from "@/kit/say";
import { Copied } from "./Copied";

/** Secrets that are shown once, each with a way to take it along. */
export function Once({ title, secrets }: { title: string; secrets: [name: string, secret: string][] }) {
  const say = useSay();
  return (
    <section className="sheet once" role="status">
      <Text fw={600}>{title}</Text>
      <Text size="sm" mb="xs">{say("once")}</Text>
      {secrets.map(([name, secret]) => (
        <div className="secret" key={name}>
          <span className="muted">{name}</span>
          <code className="code">{secret}</code>
          <Copied text={secret} name={name} />
        </div>
      ))}
    </section>
  );
}
