import assert from "node:assert/strict";
import { readBuckets, readSummary, worstOf } from "./quota_answer.ts";

const MODELS = ["gemini-a", "claude-b"];

Deno.test("readSummary() reads both shapes, and leaves out what Google leaves out", () => {
  const groups = [{
    displayName: "Gemini Models",
    buckets: [
      {
        bucketId: "gemini-5h",
        displayName: "Five Hour Limit",
        window: "5h",
        remainingFraction: 0.9,
        resetTime: "2026-09-20T21:03:14Z",
      },
      { bucketId: "gemini-weekly", window: "weekly", resetTime: "not a time" },
    ],
  }, {
    displayName: "Claude and GPT models",
    buckets: [{ bucketId: "3p-5h", window: "5h", remainingFraction: 7 }],
  }];
  const expected = [
    {
      group: "gemini",
      label: "Gemini Models: Five Hour Limit",
      window: "5h",
      remaining: 0.9,
      resetsAt: Date.parse("2026-09-20T21:03:14Z"),
      models: ["gemini-a"],
    },
    { group: "gemini", label: "Gemini Models", window: "weekly", models: ["gemini-a"] },
    {
      group: "third_party",
      label: "Claude and GPT models",
      window: "5h",
      remaining: 1,
      models: ["claude-b"],
    },
  ];
  assert.deepEqual(readSummary({ groups }, MODELS), expected);
  assert.deepEqual(readSummary({ quotaSummary: { groups } }, MODELS), expected);
  for (const odd of [{}, { groups: 3 }, { groups: [null, { buckets: {} }] }]) {
    assert.deepEqual(readSummary(odd, MODELS), []);
  }
});

Deno.test("readBuckets() reads a budget a model", () => {
  const buckets = [{ modelId: "m", tokenType: "REQUESTS", remainingFraction: 0.5, remainingAmount: "7" }, {
    remainingFraction: 1,
  }];
  assert.deepEqual(readBuckets({ buckets }), [
    { group: "m", label: "m: requests", window: "daily", remaining: 0.5, models: ["m"] },
  ]);
});

Deno.test("worstOf() takes the scarcest budget, and of several that are used up the last to come back", () => {
  const bucket = (remaining: number | undefined, resetsAt: number) => ({
    group: "g",
    label: "",
    window: "",
    resetsAt,
    models: ["m"],
    ...(remaining === undefined ? {} : { remaining }),
  });
  assert.deepEqual(worstOf([bucket(0.5, 1), bucket(0.2, 2)], "m", 0.05), { remaining: 0.2, resetsAt: 2 });
  assert.deepEqual(worstOf([bucket(0, 1), bucket(0.04, 9)], "m", 0.05), { remaining: 0, resetsAt: 9 });
  assert.deepEqual(worstOf([bucket(undefined, 1)], "m", 0.05), {}, "unknown is not zero");
  assert.deepEqual(worstOf([bucket(0, 1)], "other", 0.05), {});
});
