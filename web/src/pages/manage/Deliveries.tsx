import { Button } from "@mantine/core";
import type { Delivery } from "@/api/types";
import { useList, useWrite } from "@/api/useCell";
import { useFormat } from "@/kit/format";
import { useSay } from "@/kit/say";
import { Empty, State } from "@/ui/Page";
import { ProblemNote } from "@/ui/ProblemNote";
import { type Column, Table } from "@/ui/Table";
import { TONES } from "./tones";

const EVERY = 3000;
const DAY_MS = 86_400_000;

/** What was sent to one address, attempt by attempt; anything can be sent again. */
export function Deliveries({ client, id }: { client: string; id: string }) {
  const say = useSay();
  const format = useFormat();
  const { items, more, loading, error } = useList<Delivery>(client, `/api/callbacks/${id}/deliveries`, {}, EVERY);
  const write = useWrite<{ deliveries?: number }>(client);
  const since = () => ({ since: new Date(Date.now() - DAY_MS).toISOString(), until: new Date(Date.now() + 60_000).toISOString() });
  const columns: Column<Delivery>[] = [
    { key: "task", head: say("task"), width: "minmax(0, 2fr)", cell: (d) => <span><code className="code">{d.task_id}</code></span> },
    { key: "type", head: say("delivery.type"), width: "minmax(0, 1fr)", cell: (d) => d.type },
    { key: "tries", head: say("delivery.tries"), end: true, width: "5rem", cell: (d) => format.number(d.attempts.length) },
    { key: "last", head: say("delivery.last"), width: "9rem", cell: (d) => { const last = d.attempts.at(-1); return last && <span className="figure">{`${last.status ?? last.code} · ${format.number(last.ms)} ms`}</span>; } },
    { key: "next", head: say("delivery.next"), end: true, width: "10rem", cell: (d) => d.next_at && format.moment(d.next_at) },
    { key: "state", head: say("state"), width: "7rem", cell: (d) => <State tone={TONES[d.state]}>{say(`state.${d.state}`)}</State> },
    { key: "again", head: say("acts"), plain: true, end: true, width: "7rem", cell: (d) => <Button size="compact-sm" variant="default" onClick={() => write.mutate({ path: `/api/deliveries/${d.id}/replay` })}>{say("delivery.again")}</Button> },
  ];
  return (
    <div className="deliveries stack-tight">
      <ProblemNote error={error ?? write.error} />
      {items.length > 0 && (
        <>
          <Table label={say("callback.log")} items={items} columns={columns} keyOf={(d) => d.id} onEnd={more} />
          <div><Button size="compact-sm" variant="default" loading={write.isPending} onClick={() => write.mutate({ path: `/api/callbacks/${id}/replay`, json: since() })}>{say("delivery.again-day")}</Button></div>
        </>
      )}
      {!loading && items.length === 0 && <Empty title={say("deliveries.none")}>{say("deliveries.none.about")}</Empty>}
    </div>
  );
}
