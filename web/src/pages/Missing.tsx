import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useSay } from "@/kit/say";
import { useTitle } from "@/kit/title";
import { Empty } from "@/ui/Page";

/** An address that leads nowhere. */
export function Missing() {
  const say = useSay();
  useTitle(say("missing.title"));
  return (
    <Empty title={say("missing.title")} action={<Button renderRoot={(p) => <Link to="/" {...p} />}>{say("missing.home")}</Button>}>
      {say("missing.about")}
    </Empty>
  );
}
