import assert from "node:assert/strict";
import fc from "fast-check";
import { type Failure, FAILURE_CLASSES } from "../../src/core/mod.ts";
import { verdictOf } from "../../src/pool/mod.ts";

const history = fc.record({
  attempt: fc.integer({ min: 1, max: 100 }),
  sameKeyRetries: fc.integer({ min: 0, max: 3 }),
  classes: fc.array(fc.constantFrom(...FAILURE_CLASSES), { maxLength: 12 }),
});
const facts = fc.record({ otherFree: fc.boolean(), hasFallback: fc.boolean() });

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

Deno.test("verdictOf() always ends: no class goes on for ever", () => {
  for (const name of FAILURE_CLASSES) {
    const classes: Failure["class"][] = [];
    let sameKeyRetries = 0;
    for (;;) {
      const past = { attempt: classes.length + 1, sameKeyRetries, classes: [...classes] };
      const verdict = verdictOf(failureOf(name), past, { otherFree: true, hasFallback: false }, () => 0.5);
      if (verdict.next === "stop") break;
      sameKeyRetries = verdict.next === "same" ? sameKeyRetries + 1 : 0;
      classes.push(name);
      assert.ok(classes.length < 100, `${name} never stops`);
    }
  }
});

Deno.test("verdictOf() never retries what the caller or the content caused", () => {
  for (const name of ["caller_fault", "client_gone", "blocked", "region_blocked"] as const) {
    fc.assert(fc.property(history, facts, (past, known) => {
      assert.equal(verdictOf(failureOf(name), past, known, () => 0.5).next, "stop");
    }));
  }
});

Deno.test("verdictOf() stops rotating when a second key gives the same bare 429", () => {
  const first = verdictOf(failureOf("ambiguous_429"), { attempt: 1, sameKeyRetries: 0, classes: [] }, {
    otherFree: true,
    hasFallback: false,
  }, () => 0);
  const second = verdictOf(
    failureOf("ambiguous_429"),
    { attempt: 2, sameKeyRetries: 0, classes: ["ambiguous_429"] },
    { otherFree: true, hasFallback: false },
    () => 0,
  );
  assert.equal(first.next, "other");
  assert.equal(second.next, "stop");
});
