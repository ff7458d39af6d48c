import { createRootRoute, createRoute, createRouter, redirect } from "@tanstack/react-router";
import { control, signedIn } from "@/api/http";
import type { Session } from "@/api/types";
import { Clients } from "@/pages/Clients";
import { Home } from "@/pages/Home";
import { Label } from "@/pages/Label";
import { Callbacks } from "@/pages/manage/Callbacks";
import { Keys } from "@/pages/manage/Keys";
import { NewProject } from "@/pages/manage/NewProject";
import { People } from "@/pages/manage/People";
import { ProjectPage } from "@/pages/manage/ProjectPage";
import { Projects } from "@/pages/manage/Projects";
import { TaskPage } from "@/pages/manage/TaskPage";
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
const clients = createRoute({ getParentRoute: () => inside, path: "/clients", component: Clients });
const projects = createRoute({ getParentRoute: () => inside, path: "/manage/$client", component: Projects });
const newProject = createRoute({ getParentRoute: () => inside, path: "/manage/$client/new", component: NewProject });
const keys = createRoute({ getParentRoute: () => inside, path: "/manage/$client/keys", component: Keys });
const people = createRoute({ getParentRoute: () => inside, path: "/manage/$client/people", component: People });
const callbacks = createRoute({ getParentRoute: () => inside, path: "/manage/$client/callbacks", component: Callbacks });
const project = createRoute({ getParentRoute: () => inside, path: "/manage/$client/$project", component: ProjectPage });
const task = createRoute({ getParentRoute: () => inside, path: "/manage/$client/$project/$task", component: TaskPage });

export const router = createRouter({ routeTree: root.addChildren([signIn, invite, inside.addChildren([
  home, label, clients, projects, newProject, keys, people, callbacks, project, task,
])]) });

declare module "@tanstack/react-router" {
  interface Register { router: typeof router }
}
