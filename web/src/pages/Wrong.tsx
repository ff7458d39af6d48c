import { Button } from "@mantine/core";
import { useSay } from "@/kit/say";
import { useTitle } from "@/kit/title";
import { ProblemNote } from "@/ui/ProblemNote";

/** What stands in the place of a page that could not be shown. */
export function Wrong({ error }: { error: unknown }) {
  const say = useSay();
  useTitle(say("wrong.title"));
  return (
    <div className="page narrow">
      <ProblemNote error={error} />
      <Button mt="md" onClick={() => location.reload()}>{say("wrong.again")}</Button>
    </div>
  );
}
