import assert from "node:assert/strict";
import { untilTime } from "../format.ts";
import { verdictDetail } from "./verdict.ts";

const now = Date.UTC(2026, 10, 24, 6);
const until = new Date(now + 5 * 3_600_000).toISOString();

function row(model: string, why = "the day is used up", at: string | null = until) {
  return { model, reason: "day", why, until: at };
}

function detail(...out: ReturnType<typeof row>[]): string {
  return verdictDetail({ status: "degraded", message: "One record cannot be opened", until, out }, now);
}

Deno.test("models that are out alike stand in one sentence, with the reader's clock", () => {
  const at = untilTime(Date.parse(until), now);
  assert.equal(detail(row("a")), `a is out until ${at}: the day is used up.`);
  assert.equal(
    detail(row("a"), row("b"), row("c", "every key is off", null)),
    `a and b are out until ${at}: the day is used up. c is out: every key is off.`,
  );
  assert.equal(
    detail(..."abcde".split("").map((name) => row(name))),
    `a, b, c and 2 more are out until ${at}: the day is used up.`,
  );
});

Deno.test("what is about no model is said in the words of the API", () => {
  assert.equal(detail(), "One record cannot be opened.");
});
