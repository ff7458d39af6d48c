import { Button, Menu, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { control } from "@/api/http";
import { enter } from "@/api/session";
import { dropDrafts } from "@/editor/drafts";
import { useSay } from "@/kit/say";

/** Who is signed in, and the way out. */
export function Account({ name, email }: { name: string; email: string }) {
  const say = useSay();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const leave = async () => {
    await control("/api/session", { method: "DELETE" }).catch(() => undefined);
    dropDrafts();
    enter(queries, null);
    await navigate({ to: "/sign-in" });
  };
  return (
    <Menu position="bottom-end" width={240} shadow="sm">
      <Menu.Target>
        <Button variant="subtle" color="gray" c="var(--ink)" size="compact-md" className="account">
          <span className="initials" aria-hidden>{initials(name)}</span>
          <span className="wide" aria-hidden>{name}</span>
          <span className="sr">{say("account", { name })}</span>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Text size="sm" fw={600} px="sm" pt={6}>{name}</Text>
        <Text size="xs" c="dimmed" px="sm" pb={6} style={{ overflowWrap: "anywhere" }}>{email}</Text>
        <Menu.Divider />
        <Menu.Item onClick={() => void leave()}>{say("sign-out")}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

const initials = (name: string): string => name.split(/\s+/).slice(0, 2).map((word) => word[0] ?? "").join("").toUpperCase();
