import assert from "node:assert/strict";
import { dialectSegments } from "../core/mod.ts";
import { addressOf } from "./address.ts";

Deno.test("addressOf() takes every dialect's first segment without a version", () => {
  for (const family of ["openai", "anthropic"] as const) {
    const segments = dialectSegments(family);
    assert.notEqual(segments.length, 0);
    for (const segment of segments) {
      const { path, dialect } = addressOf(`http://127.0.0.1:7536/${segment}/x`);
      assert.deepEqual({ path, dialect }, { path: `/v1/${segment}/x`, dialect: family });
    }
  }
});
