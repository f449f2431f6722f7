import assert from "node:assert/strict";
import { isRepeatable } from "./send.ts";

Deno.test("isRepeatable() is true of what asks or only reads, and false of what makes a file, a cache, a batch or a video", () => {
  const request = (method: "GET" | "POST" | "DELETE") => ({
    method,
    url: "https://example.org/",
    headers: {},
  });
  for (const operation of ["generate", "count", "embed"] as const) {
    assert.equal(isRepeatable(request("POST"), operation), true, operation);
  }
  for (const operation of ["resource", "predict"] as const) {
    assert.equal(isRepeatable(request("GET"), operation), true, operation);
    assert.equal(isRepeatable(request("POST"), operation), false, operation);
    assert.equal(isRepeatable(request("DELETE"), operation), false, operation);
  }
});
