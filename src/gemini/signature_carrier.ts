import { wellFormed } from "./tools.ts";
import type { Part } from "./wire.ts";

/**
 * How a thought signature travels through protocols that have an opaque field for it: Anthropic's thinking signature and
 * redacted data, the encrypted content of a Responses reasoning item, and the end of a Responses item id.
 *
 * `gn1.<source>.<mode><payload>`: `s` holds the signature in the URL-safe alphabet, `r` the UTF-8 bytes of any other text,
 * `n` says that the turn had no signature. A `t` before the mode says that it signs the thought itself and no call, as
 * Claude models sign. In identifiers the points are hyphens.
 */
export interface Carried {
  /** The service that made the signature, for example `api_key`; `gemini` when it was not known. */
  readonly source: string;
  /** Exactly as Google sent it; absent when the carrier only marks a block as ours. */
  readonly signature?: string;
  /** The signature belongs to the thought that it came with. */
  readonly ofThought?: boolean;
}

const HEAD_REGEXP = /gn1[.-]([a-z_]{1,40})[.-](t?)([srn])/y;
const PAYLOAD_REGEXP = /^[A-Za-z0-9_-]$/;
const STANDARD_BASE64_REGEXP = /^[A-Za-z0-9+/]+={0,2}$/;

/** The opaque text for a signature field; `undefined` as signature makes a mark without one. */
export function encodeCarrier(signature: string | undefined, source = "gemini"): string {
  return `gn1.${source}.${payload(signature)}`;
}

/** The opaque text for the signature of a thought itself. */
export function encodeThoughtCarrier(signature: string, source = "gemini"): string {
  return `gn1.${source}.t${payload(signature)}`;
}

/** The same for use inside an identifier: only letters, digits, `-` and `_`. */
export function encodeIdCarrier(signature: string, source = "gemini"): string {
  return `gn1-${source}-${payload(signature)}`;
}

/** Reads a carrier that stands alone or at the end of an identifier; undefined for anything that is not ours. */
export function decodeCarrier(text: unknown): Carried | undefined {
  if (typeof text !== "string" || !text.includes("gn1")) return undefined;
  const found = headIn(text);
  if (found === undefined) return undefined;
  const { source, thought, mode, body } = found;
  if (mode === "n" || body === "") return { source };
  const signature = mode === "s" ? fromUrlSafe(body) : fromBytes(body);
  if (signature === undefined) return { source };
  return { source, signature, ...(thought === "t" ? { ofThought: true } : {}) };
}

/** Finds the first head that is followed only by a payload. */
function headIn(text: string) {
  let payloadFrom = text.length;
  while (payloadFrom > 0 && PAYLOAD_REGEXP.test(text[payloadFrom - 1]!)) payloadFrom--;
  for (let at = text.indexOf("gn1"); at >= 0; at = text.indexOf("gn1", at + 1)) {
    HEAD_REGEXP.lastIndex = at;
    const match = HEAD_REGEXP.exec(text);
    const end = at + (match?.[0].length ?? 0);
    if (match === null || end < payloadFrom) continue;
    const [, source = "gemini", thought, mode] = match;
    return { source, thought, mode, body: text.slice(end) };
  }
  return undefined;
}

function payload(signature: string | undefined): string {
  if (signature === undefined || signature === "") return "n";
  if (signature.length % 4 === 0 && STANDARD_BASE64_REGEXP.test(signature)) return "s" + toUrlSafe(signature);
  let binary = "";
  for (const byte of new TextEncoder().encode(signature)) binary += String.fromCharCode(byte);
  return "r" + toUrlSafe(btoa(binary));
}

function toUrlSafe(base64: string): string {
  return base64.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function fromUrlSafe(text: string): string {
  const base64 = text.replaceAll("-", "+").replaceAll("_", "/");
  return base64 + "=".repeat((4 - base64.length % 4) % 4);
}

function fromBytes(text: string): string | undefined {
  try {
    const bytes = Uint8Array.from(atob(fromUrlSafe(text)), (character) => character.charCodeAt(0));
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Genuine signatures of Claude are longer; shorter ones are markers of other programs. */
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
