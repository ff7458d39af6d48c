import { expect, test } from "vitest";
import { byField, problemOf } from "./problem";

test("each fault finds its field, the longest name first", () => {
  const small = { pointer: "#/price/micros", code: "x", detail: "too small" };
  const empty = { pointer: "#/name", code: "x", detail: "empty" };
  const problem = problemOf(422, { code: "flawed", errors: [small, empty, { ...empty, detail: "the second is not told" }] });
  expect(byField(problem, ["name", "price", "price/micros"])).toEqual({ name: empty, "price/micros": small });
  expect(byField(new Error("no problem document"), ["name"])).toEqual({});
});
test("an answer that is no problem document is still told", () => expect(problemOf(502, null).code).toBe("http-502"));
