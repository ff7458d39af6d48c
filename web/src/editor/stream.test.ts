import { expect, test } from "vitest";
import { Problem } from "@/api/problem";
import type { Lease } from "@/api/types";
import { type WorkApi, WorkStream } from "./stream";

const lease = (n: number): Lease => ({ lease_id: `l${n}`, task_id: `t${n}`, price: { micros: 10, currency: "USD" } }) as Lease;
const problem = (status: number, code: string) => new Problem(status, code, code, []);
const settled = () => new Promise((done) => setTimeout(done, 5));

/** A server with so many tasks, which writes down what it is asked. */
function server(tasks: number, over: Partial<WorkApi> = {}) {
  const asked: string[] = [];
  let given = 0;
  const api: WorkApi = {
    next: async (prefetch) => { asked.push(prefetch ? "ahead" : "next"); return given < tasks ? lease(++given) : null; },
    open: async (l) => { asked.push(`open ${l.task_id}`); },
    submit: async (l, answer) => { asked.push(`submit ${l.task_id} ${String(answer["choice"])}`); },
    skip: async (l) => { asked.push(`skip ${l.task_id}`); },
    done: () => undefined,
    ...over,
  };
  return { asked, stream: new WorkStream(api) };
}

test("the next task is on the screen before the last one is handed in", async () => {
  const { asked, stream } = server(3);
  await stream.start(); await settled();
  stream.submit({ choice: "a" }, 1);
  expect(stream.read()).toMatchObject({ phase: "working", lease: { task_id: "t2" } });
  await settled();
  expect(asked).toEqual(["next", "ahead", "submit t1 a", "open t2", "ahead"]);
  stream.submit({ choice: "b" }, 1); await settled();
  stream.submit({ choice: "c" }, 1); await settled();
  expect(stream.read()).toMatchObject({ phase: "done", sent: 3, earned: 30 });
  expect(asked.filter((a) => a.startsWith("submit"))).toEqual(["submit t1 a", "submit t2 b", "submit t3 c"]);
});
test("keys that come faster than the network are answers, in order", async () => {
  const { asked, stream } = server(4);
  await stream.start(); await settled();
  stream.submit({ choice: "a" }, 1);
  stream.submit({ choice: "b" }, 1);
  stream.submit({ choice: "for nothing that is shown" }, 1);
  await settled(); await settled();
  expect(asked.filter((a) => a.startsWith("submit"))).toEqual(["submit t1 a", "submit t2 b"]);
  expect(stream.read()).toMatchObject({ phase: "working", lease: { task_id: "t3" } });
});
test("what is refused comes back with its flaws, and the next one waits", async () => {
  let refuse = true;
  const flaw = { pointer: "#/answer/objects/0", code: "x", detail: "outside" };
  const { asked, stream } = server(3, { submit: async () => { if (refuse) throw new Problem(422, "validation-failed", "", [flaw]); } });
  await stream.start(); await settled();
  stream.submit({}, 1); await settled();
  expect(stream.read()).toMatchObject({ phase: "working", lease: { task_id: "t1" }, flaws: [flaw], sent: 0 });
  refuse = false;
  stream.submit({}, 1); await settled();
  expect(stream.read()).toMatchObject({ lease: { task_id: "t2" }, flaws: [], sent: 1 });
  expect(asked.filter((a) => a === "next" || a === "ahead")).toEqual(["next", "ahead", "ahead"]);
});
test("an answer queued behind one that failed is not sent", async () => {
  const sent: string[] = [];
  const { stream } = server(3, { submit: async (l) => { sent.push(l.task_id); throw problem(0, "offline"); } });
  await stream.start(); await settled();
  stream.submit({}, 1);
  stream.submit({}, 1);
  await settled();
  expect(sent).toEqual(["t1"]);
  expect(stream.read().lease?.task_id).toBe("t1");
});
test("a lost lease is told and the work goes on", async () => {
  const { stream } = server(3, { submit: async (l) => { if (l.task_id === "t1") throw problem(409, "lease-lost"); } });
  await stream.start(); await settled();
  stream.submit({}, 1); await settled();
  expect(stream.read()).toMatchObject({ phase: "working", lease: { task_id: "t2" }, missed: true, sent: 0 });
  stream.lost(lease(2));
  expect(stream.read().phase).toBe("lost");
  stream.submit({}, 1);
  expect(stream.read().lease?.task_id).toBe("t2");
});
test("a prefetched lease that ran out is replaced", async () => {
  const { stream } = server(4, { open: async () => { throw problem(409, "lease-lost"); } });
  await stream.start(); await settled();
  stream.submit({}, 1); await settled();
  expect(stream.read()).toMatchObject({ phase: "working", lease: { task_id: "t3" }, sent: 1 });
});
