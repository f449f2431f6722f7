import assert from "node:assert/strict";
import { FAILURE_CLASSES } from "../../src/core/failure.ts";
import { linkOf, remedyOf } from "./remedies.ts";
import { problemsText } from "./words.ts";

const GROUP = { models: ["m"], keyIds: ["k"], clients: ["c"], message: "" };

Deno.test("every failure class has words on what to do, and what can be pressed has something to work on", () => {
  const named = Object.keys(problemsText.remedies);
  // A client that left is no failure.
  for (const reason of FAILURE_CLASSES.filter((one) => one !== "client_gone")) {
    assert.ok(named.includes(reason), `${reason} has no words`);
    const none = { ...GROUP, reason, models: [], keyIds: [], clients: [] };
    assert.equal(remedyOf(none), undefined, reason);
  }
});

Deno.test("remedyOf() and linkOf() tell refusals apart by their status", () => {
  const of = (status: number) => {
    const group = { ...GROUP, reason: "refused", status };
    return [remedyOf(group)?.kind, linkOf(group)?.href];
  };
  assert.deepEqual(of(404), ["alias", "/dashboard/models#names"]);
  assert.deepEqual(of(429), ["budget", "/dashboard/settings#tokens"]);
  assert.deepEqual(of(401), [undefined, "/dashboard/settings#tokens"]);
  assert.deepEqual(of(413), [undefined, "/dashboard/settings?q=MAX_BODY_BYTES#all"]);
  assert.deepEqual(of(400), [undefined, undefined]);
});

Deno.test("linkOf() opens the settings at the one that the message names", () => {
  const message = "Set OAUTH_CLIENT_ID, then sign in again";
  const link = linkOf({ ...GROUP, reason: "misconfigured", message });
  assert.equal(link?.href, "/dashboard/settings?q=OAUTH_CLIENT_ID#all");
});
