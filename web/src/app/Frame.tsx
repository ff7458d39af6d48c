import { Group } from "@mantine/core";
import { Link, useRouterState } from "@tanstack/react-router";
import { type ReactNode, useEffect, useRef } from "react";
import { useSession } from "@/api/session";
import { useSay } from "@/kit/say";
import { Mark } from "@/ui/Mark";
import { Account } from "./Account";
import { Preferences } from "./Preferences";

/** The frame of every page but the one where labels are made. */
export function Frame({ children }: { children: ReactNode }) {
  const say = useSay();
  const session = useSession();
  const main = useRef<HTMLElement>(null);
  const path = useRouterState({ select: (s) => s.resolvedLocation?.pathname ?? s.location.pathname });
  const before = useRef(path);
  useEffect(() => {
    // A new page begins where it is read: a screen reader follows, and Tab goes on from its top.
    if (before.current !== path) main.current?.focus({ preventScroll: true });
    before.current = path;
  }, [path]);
  const seen = session?.memberships.filter((m) => m.role !== "labeler") ?? [];
  return (
    <>
      <a className="skip" href="#main">{say("skip")}</a>
      <header className="bar">
        <div className="bar-inner">
          <Link to="/" className="brand"><Mark />{say("brand")}</Link>
          {session && (
            <nav className="places" aria-label={say("nav")}>
              <Link to="/" className="place" activeOptions={{ exact: true }}>{say("nav.work")}</Link>
              {seen.map((m) => <Link key={m.client_id} to="/manage/$client" params={{ client: m.client_id }} className="place">{m.client_name}</Link>)}
              {session.person.operator && <Link to="/clients" className="place">{say("nav.clients")}</Link>}
            </nav>
          )}
          <Group gap={6} wrap="nowrap" ml="auto">
            <Preferences />
            {session && <Account name={session.person.name} email={session.person.email} />}
          </Group>
        </div>
      </header>
      <main className="page" id="main" tabIndex={-1} ref={main}>{children}</main>
    </>
  );
}
