import type { Carried } from "./signature_carrier.ts";
import { wellFormed } from "./tool_values.ts";
import type { Part } from "./wire.ts";

/** Genuine signatures of Claude are longer; shorter ones are marks of other programs. */
const LEAST_SIGNATURE = 50;

/**
 * A thought of the history as the part that a model with signed thoughts wants back: `opaque` is the client's signature field,
 * `carried` what was read from it. Undefined when the signature is none of a thought.
 */
export function signedThought(text: string, opaque: unknown, carried: Carried | undefined): Part | undefined {
  const signature = carried === undefined
    ? typeof opaque === "string" && opaque.length >= LEAST_SIGNATURE ? opaque : undefined
    : carried.ofThought === true
    ? carried.signature
    : undefined;
  if (signature === undefined || text === "") return undefined;
  return { text: wellFormed(text), thought: true, thoughtSignature: signature };
}
