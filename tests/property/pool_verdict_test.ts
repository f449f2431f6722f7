import assert from "node:assert/strict";
import fc from "fast-check";
import { type Failure, FAILURE_CLASSES } from "../../src/core/mod.ts";
import { verdictOf } from "../../src/pool/mod.ts";

const history = fc.record({
  attempt: fc.integer({ min: 1, max: 100 }),
  sameKeyRetries: fc.integer({ min: 0, max: 3 }),
  classes: fc.array(fc.constantFrom(...FAILURE_CLASSES), { maxLength: 12 }),
});
const facts = fc.record({ hasFallback: fc.boolean() });

function failureOf(name: Failure["class"]): Failure {
  return { class: name, status: 500, message: "No.", scope: "request" };
}

Deno.test("verdictOf() answers every class with a bounded delay, and the same for the same arguments", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...FAILURE_CLASSES),
      history,
      facts,
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (name, past, known, chance) => {
        const verdict = verdictOf(failureOf(name), past, known, () => chance);
        assert.ok(["same", "other", "wait", "stop"].includes(verdict.next));
        assert.ok(verdict.delayMs >= 0 && verdict.delayMs <= 6_000, String(verdict.delayMs));
        assert.deepEqual(verdict, verdictOf(failureOf(name), past, known, () => chance));
      },
    ),
  );
});

Deno.test("verdictOf() asks one key twice at most once a call, and garbled calls three times in all", () => {
  for (const name of FAILURE_CLASSES) {
    const classes: Failure["class"][] = [];
    let sameKeyRetries = 0;
    let same = 0;
    for (let calls = 0; calls < 50; calls++) {
      const past = { attempt: classes.length + 1, sameKeyRetries, classes: [...classes] };
      const verdict = verdictOf(failureOf(name), past, { hasFallback: false }, () => 0.5);
      if (verdict.next === "stop") break;
      sameKeyRetries = verdict.next === "same" ? sameKeyRetries + 1 : 0;
      if (verdict.next === "same" && name !== "credential_stale") same++;
      classes.push(name);
    }
    assert.ok(same <= 1, `${name} asks the same key ${same} times more`);
  }
  const garbled = { ...failureOf("empty_reply"), code: "malformed_reply" };
  const past = { attempt: 3, sameKeyRetries: 0, classes: ["empty_reply", "empty_reply"] };
  assert.equal(verdictOf(garbled, past, { hasFallback: false }, () => 0.5).next, "stop");
});

Deno.test("verdictOf() never retries what the caller or the content caused", () => {
  for (const name of ["invalid_request", "client_gone", "blocked", "region_blocked"] as const) {
    fc.assert(fc.property(history, facts, (past, known) => {
      assert.equal(verdictOf(failureOf(name), past, known, () => 0.5).next, "stop");
    }));
  }
});

Deno.test("verdictOf() goes on to other keys when a second one gives the same bare 429", () => {
  const past = { attempt: 2, sameKeyRetries: 0, classes: ["ambiguous_429"] };
  const bare = { ...failureOf("ambiguous_429"), scope: "credential_model" as const };
  const next = verdictOf(bare, past, { hasFallback: false }, () => 0);
  assert.deepEqual(next, { next: "other", delayMs: 0 });
});

Deno.test("verdictOf() does not ask a silent key again", () => {
  const past = { attempt: 1, sameKeyRetries: 0, classes: [] };
  const silent = { ...failureOf("transport"), scope: "credential_model" as const };
  assert.equal(verdictOf(silent, past, { hasFallback: false }, () => 0).next, "other");
});
