import { Link, Outlet, useParams } from "@tanstack/react-router";
import { useMembership } from "@/api/session";
import { useSay } from "@/kit/say";
import { Missing } from "../Missing";
import "./manage.css";

/** Everything of one client; who may only see finds only what is to be seen. */
export function Manage() {
  const { client } = useParams({ strict: false }) as { client: string };
  const say = useSay();
  const membership = useMembership(client);
  if (!membership || membership.role === "labeler") return <Missing />;
  const params = { client };
  return (
    <>
      <nav className="client-bar" aria-label={membership.client_name}>
        <span className="client-name">{membership.client_name}</span>
        <Link to="/manage/$client" params={params} className="place" activeOptions={{ exact: true }}>{say("projects")}</Link>
        {membership.role === "manager" && (
          <>
            <Link to="/manage/$client/people" params={params} className="place">{say("people")}</Link>
            <Link to="/manage/$client/keys" params={params} className="place">{say("keys")}</Link>
            <Link to="/manage/$client/models" params={params} className="place">{say("models")}</Link>
            <Link to="/manage/$client/callbacks" params={params} className="place">{say("callbacks")}</Link>
          </>
        )}
      </nav>
      <Outlet />
    </>
  );
}
