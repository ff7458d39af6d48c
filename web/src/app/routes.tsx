import { createRootRoute, createRoute, createRouter, redirect } from "@tanstack/react-router";
import { control, signedIn } from "@/api/http";
import type { Session } from "@/api/types";
import { Home } from "@/pages/Home";
import { Label } from "@/pages/Label";
import { SignIn } from "@/pages/SignIn";
import { Frame } from "./Frame";

const root = createRootRoute({ component: Frame });
const signIn = createRoute({ getParentRoute: () => root, path: "/sign-in", component: SignIn });
const invite = createRoute({ getParentRoute: () => root, path: "/invite/$token", component: SignIn });
const inside = createRoute({
  getParentRoute: () => root,
  id: "inside",
  beforeLoad: async () => {
    try {
      signedIn(await control<Session>("/api/session"));
    } catch {
      throw redirect({ to: "/sign-in" });
    }
  },
});
const home = createRoute({ getParentRoute: () => inside, path: "/", component: Home });
const label = createRoute({ getParentRoute: () => inside, path: "/work/$client/$project", component: Label });

export const router = createRouter({ routeTree: root.addChildren([signIn, invite, inside.addChildren([home, label])]) });

declare module "@tanstack/react-router" {
  interface Register { router: typeof router }
}
