import assert from "node:assert/strict";
import type { CredentialId } from "../../core/mod.ts";
import { capabilitiesOf } from "../../gemini/mod.ts";
import { leaseRequestFor } from "./lease_request.ts";
import type { ProxyDeps, RequestContext } from "./proxy_deps.ts";

const id = (name: string) => name as CredentialId;
type Owner = ReturnType<ProxyDeps["signatures"]["ownerOf"]>;

/** What the need is made of: who signed, as memory knows it, and which key served the conversation last. */
function need(
  given: { owner?: Owner; last?: Owner; signedBy?: string; affinity?: boolean; over?: boolean },
) {
  const deps = {
    settings: { affinity: given.affinity ?? true, sourceOrder: ["api_key", "vertex", "antigravity"] },
    signatures: { ownerOf: () => given.owner },
    sessions: { get: () => given.last },
  } as unknown as ProxyDeps;
  return leaseRequestFor(deps, { client: { id: "c" } } as unknown as RequestContext, {
    target: {
      id: "gemini-3-flash-preview",
      capabilities: capabilitiesOf("gemini-3-flash-preview"),
      sources: ["api_key", "vertex"],
      fallbacks: [],
    } as unknown as Parameters<typeof leaseRequestFor>[2]["target"],
    operation: "generate",
    inputTokens: 1,
    session: "s",
    counted: true,
    request: given.over === true
      ? { contents: [{ role: "user", parts: [{ text: "and now?" }] }] }
      : { contents: [{ role: "user", parts: [{ functionResponse: { name: "f", response: {} } }] }] },
    ...(given.signedBy === undefined ? {} : { signedBy: given.signedBy }),
  });
}

Deno.test("callNeed() holds a tool loop to the key that signed", () => {
  const owner = { credential: id("a"), source: "vertex" } as const;
  const last = { credential: id("b"), source: "api_key" } as const;
  assert.deepEqual(need({ owner, last, signedBy: "api_key" }).affinity, { ...owner, strict: true });
});

Deno.test("callNeed() holds a tool loop to the source that its history names when memory has forgotten the key", () => {
  assert.deepEqual(need({ signedBy: "vertex" }).affinity, { source: "vertex", strict: true });
  const last = { credential: id("b"), source: "vertex" } as const;
  assert.deepEqual(need({ signedBy: "vertex", last }).affinity, { ...last, strict: true });
  const other = { credential: id("b"), source: "api_key" } as const;
  assert.deepEqual(need({ signedBy: "vertex", last: other }).affinity, { source: "vertex", strict: true });
});

Deno.test("callNeed() only leans to a conversation's last key, and takes no unknown word for a source", () => {
  const last = { credential: id("b"), source: "api_key" } as const;
  assert.deepEqual(need({ last, signedBy: "gemini" }).affinity, { ...last, strict: false });
  assert.equal(need({ last, affinity: false }).affinity, undefined);
  assert.equal(need({ signedBy: "nobody" }).affinity, undefined);
});

Deno.test("callNeed() is strict to no one when the loop is over", () => {
  const owner = { credential: id("a"), source: "vertex" } as const;
  const last = { credential: id("b"), source: "api_key" } as const;
  assert.deepEqual(need({ owner, last, over: true }).affinity, { ...last, strict: false });
  assert.deepEqual(need({ owner, over: true }).affinity, { ...owner, strict: false });
  assert.equal(need({ owner, signedBy: "vertex", over: true, affinity: false }).affinity, undefined);
});
