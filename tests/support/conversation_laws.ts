/** What every conversation of messages and responses keeps to, whatever is in it. */
import fc from "fast-check";
import assert from "node:assert/strict";
import type { Dialect } from "../../src/dialects/contract.ts";
import { capabilitiesOf } from "../../src/gemini/mod.ts";
import type { SignatureBook } from "../../src/sim/signatures.ts";
import { decodeInput } from "./dialect_calls.ts";
import { assertAccepted } from "./gemini_rules.ts";
import { assertServed } from "./google_verdict.ts";

/** Models whose rules differ. */
export const CONVERSATION_MODELS = [
  "gemini-2.5-flash",
  "gemini-3.1-pro-preview",
  "gemini-flash-latest",
  "gemini-2.0-flash",
  "gemini-3.6-flash",
];

/** 10,000 frozen bodies are decoded to requests that Google's rules accept and the simulator serves. */
export function assertAllServed<Context>(
  dialect: Dialect<Context>,
  body: fc.Arbitrary<{ readonly model: string }>,
  book: SignatureBook,
): void {
  fc.assert(
    fc.property(body, (frozen) => {
      const decoded = dialect.decodeRequest(frozen, decodeInput({ model: frozen.model }));
      assert.ok(decoded.ok, JSON.stringify(decoded));
      assertAccepted(decoded.value.request, capabilitiesOf(frozen.model).needsSignatures);
      assertServed(decoded.value.request, frozen.model, book);
    }),
    { numRuns: 10_000, seed: 7 },
  );
}
