import { Button, Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useSay } from "@/kit/say";
import { useTitle } from "@/kit/title";

/** An address that leads nowhere. */
export function Missing() {
  const say = useSay();
  useTitle(say("missing.title"));
  return (
    <div className="missing">
      <Title order={1}>{say("missing.title")}</Title>
      <p className="muted">{say("missing.about")}</p>
      <Button renderRoot={(p) => <Link to="/" {...p} />}>{say("missing.home")}</Button>
    </div>
  );
}
