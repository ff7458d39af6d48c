import { expect, test } from "vitest";
import { ActiveTime } from "./active-time";

test("time counts while the page is seen and someone is there", () => {
  let [now, seen] = [0, true];
  const time = new ActiveTime(() => now, () => seen);
  time.start();
  now = 4000; expect(time.tick()).toBe(4000);
  seen = false; now = 9000; expect(time.tick()).toBe(4000);
  seen = true; now = 10_000; time.touched(); expect(time.tick()).toBe(5000);
  now = 400_000; expect(time.working()).toBe(false);
  expect(time.tick()).toBe(5000);
});
