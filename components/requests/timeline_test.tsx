import assert from "node:assert/strict";
import { renderToString } from "preact-render-to-string";
import { callRecord } from "../../tests/support/api_bench.ts";
import { Timeline } from "./timeline.tsx";

Deno.test("an attempt that took no whole millisecond still says how long it took", () => {
  const call = callRecord(1);
  const [attempt] = call.attempts;
  assert.ok(attempt !== undefined);
  const { connectMs: _connect, firstTokenMs: _first, ...rest } = attempt;
  const quick = { ...call, totalMs: 0, attempts: [{ ...rest, queuedMs: 0, totalMs: 0 }] };
  assert.match(renderToString(<Timeline call={quick} />), /role="img" aria-label="0 ms"/);
});
