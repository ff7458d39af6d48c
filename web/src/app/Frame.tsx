import { Anchor, Button, Container, Group, Menu, NativeSelect, UnstyledButton, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { Link, Outlet, useNavigate } from "@tanstack/react-router";
import { useStore } from "zustand";
import { control, forget } from "@/api/http";
import { useSession } from "@/api/session";
import { language } from "@/kit/language";
import { useSay } from "@/kit/t";
import { Mark } from "@/ui/Mark";

export function Frame() {
  const say = useSay();
  const session = useSession();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const locale = useStore(language);
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme("light");
  const managed = session?.memberships.filter((m) => m.role === "manager") ?? [];
  const speak = (to: "en" | "id") => {
    language.setState(to, true);
    if (session) void control("/api/session", { method: "PATCH", json: { locale: to } }).catch(() => undefined);
  };
  const leave = async () => {
    await control("/api/session", { method: "DELETE" }).catch(() => undefined);
    forget();
    queries.clear();
    await navigate({ to: "/sign-in" });
  };
  return (
    <>
      <a className="skip" href="#main">{say("skip")}</a>
      <header className="bar">
        <Container size="xl" py="xs">
          <Group justify="space-between" gap="sm">
            <Group gap="lg">
              <Link to="/" className="brand"><Mark />{say("brand")}</Link>
              <Group component="nav" gap="md" aria-label={say("nav")}>
                {session && <Anchor renderRoot={(p) => <Link to="/" {...p} />}>{say("nav.work")}</Anchor>}
                {managed.map((m) => (
                  <Anchor key={m.client_id} renderRoot={(p) => <Link to="/manage/$client" params={{ client: m.client_id }} {...p} />}>
                    {m.client_name}
                  </Anchor>
                ))}
                {session?.person.operator && <Anchor renderRoot={(p) => <Link to="/clients" {...p} />}>{say("nav.clients")}</Anchor>}
              </Group>
            </Group>
            <Group gap="xs">
              <NativeSelect size="xs" aria-label={say("language")} value={locale}
                onChange={(e) => speak(e.currentTarget.value === "id" ? "id" : "en")}
                data={[{ value: "en", label: "English" }, { value: "id", label: "Bahasa Indonesia" }]} />
              <Button size="xs" variant="default" onClick={() => setColorScheme(scheme === "dark" ? "light" : "dark")}>
                {say(scheme === "dark" ? "scheme.light" : "scheme.dark")}
              </Button>
              {session && (
                <Menu>
                  <Menu.Target><UnstyledButton>{session.person.name}</UnstyledButton></Menu.Target>
                  <Menu.Dropdown><Menu.Item onClick={() => void leave()}>{say("sign-out")}</Menu.Item></Menu.Dropdown>
                </Menu>
              )}
            </Group>
          </Group>
        </Container>
      </header>
      <Container size="xl" py="lg" component="main" id="main" tabIndex={-1}><Outlet /></Container>
    </>
  );
}
