import { beforeEach, expect, test, vi } from "vitest";
import { draftSaver, dropDrafts, keptDraft } from "./drafts";

const lease = { task_id: "t", draft: null };
beforeEach(() => { localStorage.clear(); vi.useFakeTimers(); });

test("a draft is here at once, and there a second after the last edit", async () => {
  const send = vi.fn(() => Promise.resolve());
  const told = vi.fn();
  const saver = draftSaver(send, told);
  saver.save(lease, { n: 1 });
  saver.save(lease, { n: 2 });
  expect(keptDraft(lease)).toEqual({ n: 2 });
  await vi.advanceTimersByTimeAsync(1100);
  expect(send.mock.calls).toEqual([[lease, { n: 2 }]]);
  expect(told).toHaveBeenCalledWith("saved");
  expect(keptDraft({ task_id: "t", draft: { n: 3 } })).toEqual({ n: 3 }); // edited on another machine since
});
test("what the server has not heard of is the newest", async () => {
  const told = vi.fn();
  draftSaver(() => Promise.reject(new Error("offline")), told).save(lease, { n: 1 });
  await vi.advanceTimersByTimeAsync(1100);
  expect(told).toHaveBeenCalledWith("kept");
  expect(keptDraft({ task_id: "t", draft: { n: 0 } })).toEqual({ n: 1 });
});
test("whoever signs out leaves no draft", () => {
  draftSaver(() => Promise.resolve(), () => undefined).save(lease, { n: 1 });
  localStorage.setItem("other", "stays");
  dropDrafts();
  expect(Object.keys(localStorage)).toEqual(["other"]);
});
