/** What Google would say to a request: the simulator's transcoder and rules. */
import assert from "node:assert/strict";
import type { JsonObject } from "../../src/core/mod.ts";
import type { GeminiRequest } from "../../src/gemini/mod.ts";
import { decodeBody } from "../../src/sim/decode.ts";
import { simModel } from "../../src/sim/mod.ts";
import { SignatureBook } from "../../src/sim/signatures.ts";
import { validateGenerate } from "../../src/sim/validate.ts";

/** Throws with Google's refusal. Signatures must be real ones of `signatures`, or the stand-in. */
export function assertServed(
  request: GeminiRequest,
  model: string,
  signatures: SignatureBook = new SignatureBook("test"),
): void {
  const decoded = decodeBody(JSON.stringify(request), "GenerateContentRequest");
  assert.ok("value" in decoded, JSON.stringify(decoded));
  const context = { model: simModel(model), signatures, owner: "", inputTokens: 1 };
  const rejection = validateGenerate(decoded.value as JsonObject, context);
  assert.equal(rejection, undefined, JSON.stringify(rejection));
}
