import { expect, test } from "vitest";
import { byField, problemOf } from "./problem";

test("each fault finds its field, the longest name first", () => {
  const problem = problemOf(422, { code: "flawed", errors: [
    { pointer: "/price/micros", code: "x", detail: "too small" }, { pointer: "/name", code: "x", detail: "empty" },
  ] });
  expect(byField(problem, ["name", "price", "price/micros"])).toEqual({ name: "empty", "price/micros": "too small" });
});
test("an answer that is no problem document is still told", () => expect(problemOf(502, null).code).toBe("http-502"));
