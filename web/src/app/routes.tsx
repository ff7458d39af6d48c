import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet, redirect } from "@tanstack/react-router";
import { sessionQuery } from "@/api/session";
import { Wrong } from "@/pages/Wrong";
import { Missing } from "@/pages/Missing";
import { Frame } from "./Frame";
import { queries } from "./queries";

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

const root = createRootRoute({ component: Outlet, notFoundComponent: () => <Frame><Missing /></Frame>, errorComponent: Wrong });
const outside = createRoute({ getParentRoute: () => root, id: "outside", component: () => <Frame><Outlet /></Frame> });
const signIn = createRoute({
  getParentRoute: () => outside, path: "/sign-in",
  validateSearch: (search): { next?: string } => {
    const next = text(search["next"]);
    return next?.startsWith("/") && !next.startsWith("//") ? { next } : {};
  },
  component: lazyRouteComponent(() => import("@/pages/SignIn"), "SignIn"),
});
const invite = createRoute({
  getParentRoute: () => outside, path: "/invite/$token", component: lazyRouteComponent(() => import("@/pages/SignIn"), "SignIn"),
});
const inside = createRoute({
  getParentRoute: () => root, id: "inside",
  beforeLoad: async ({ location }) => {
    const session = await queries.ensureQueryData(sessionQuery);
    if (session === null) throw redirect({ to: "/sign-in", search: location.href === "/" ? {} : { next: location.href } });
  },
});
/** Labeling has the whole window. */
const work = createRoute({
  getParentRoute: () => inside, path: "/work/$client/$project", component: lazyRouteComponent(() => import("@/pages/Label"), "Label"),
});
const framed = createRoute({ getParentRoute: () => inside, id: "framed", component: () => <Frame><Outlet /></Frame> });
const home = createRoute({ getParentRoute: () => framed, path: "/", component: lazyRouteComponent(() => import("@/pages/Home"), "Home") });
const mine = createRoute({
  getParentRoute: () => framed, path: "/mine/$client/$project", component: lazyRouteComponent(() => import("@/pages/believed/OwnPage"), "OwnPage"),
});
const clients = createRoute({
  getParentRoute: () => framed, path: "/clients", component: lazyRouteComponent(() => import("@/pages/Clients"), "Clients"),
});
const manage = createRoute({
  getParentRoute: () => framed, path: "/manage/$client", component: lazyRouteComponent(() => import("@/pages/manage/Manage"), "Manage"),
});
const projects = createRoute({
  getParentRoute: () => manage, path: "/", component: lazyRouteComponent(() => import("@/pages/manage/Projects"), "Projects"),
});
const newProject = createRoute({
  getParentRoute: () => manage, path: "/new", component: lazyRouteComponent(() => import("@/pages/manage/NewProject"), "NewProject"),
});
const keys = createRoute({ getParentRoute: () => manage, path: "/keys", component: lazyRouteComponent(() => import("@/pages/manage/Keys"), "Keys") });
const people = createRoute({
  getParentRoute: () => manage, path: "/people", component: lazyRouteComponent(() => import("@/pages/manage/People"), "People"),
});
const callbacks = createRoute({
  getParentRoute: () => manage, path: "/callbacks", component: lazyRouteComponent(() => import("@/pages/manage/Callbacks"), "Callbacks"),
});
const models = createRoute({ getParentRoute: () => manage, path: "/models", component: lazyRouteComponent(() => import("@/pages/manage/Models"), "Models") });
const project = createRoute({
  getParentRoute: () => manage, path: "/$project",
  validateSearch: (search): { tab?: string; state?: string; reason?: string } => {
    const [tab, state, reason] = [text(search["tab"]), text(search["state"]), text(search["reason"])];
    return { ...(tab && { tab }), ...(state && { state }), ...(reason && { reason }) };
  },
  component: lazyRouteComponent(() => import("@/pages/manage/ProjectPage"), "ProjectPage"),
});
const task = createRoute({
  getParentRoute: () => manage, path: "/$project/$task", component: lazyRouteComponent(() => import("@/pages/manage/TaskPage"), "TaskPage"),
});
const labeler = createRoute({
  getParentRoute: () => manage, path: "/$project/labelers/$labeler", component: lazyRouteComponent(() => import("@/pages/manage/LabelerPage"), "LabelerPage"),
});

export const router = createRouter({
  routeTree: root.addChildren([
    outside.addChildren([signIn, invite]),
    inside.addChildren([work, framed.addChildren([
      home, mine, clients, manage.addChildren([projects, newProject, keys, people, callbacks, models, project, task, labeler]),
    ])]),
  ]),
  defaultPreload: "intent",
  defaultPreloadStaleTime: 0,
  scrollRestoration: true,
  defaultErrorComponent: Wrong,
});

// Whoever is signed out while a page is open is asked to sign in, and comes back to it.
queries.getQueryCache().subscribe(({ type, query }) => {
  if (type === "updated" && query.queryKey[0] === "session" && query.state.data === null) void router.invalidate();
});

declare module "@tanstack/react-router" {
  interface Register { router: typeof router }
}
