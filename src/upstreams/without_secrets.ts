import { nodeBuffer } from "lazy-node";
import { type Credential, isObject, isOfType, parseForeign, redact } from "../core/mod.ts";

const REDACTED = "[redacted]";

/**
 * Removes a credential's secrets from an upstream's text, in plain or in any of the usual encodings: escaped,
 * percent-encoded, as HTML entities, base64 or hex, spread out, in another case or backwards. JSON stays JSON; a text with
 * an encoded secret in it is removed as a whole.
 */
export function withoutSecrets(body: string, credential: Credential): string {
  const secrets = secretsOf(credential);
  const value = parsed(body);
  if (value === undefined) return cleanText(body, secrets);
  const clean = cleanValue(value, secrets, 0);
  return clean === value ? body : JSON.stringify(clean);
}

function parsed(body: string): unknown {
  try {
    return parseForeign(body);
  } catch {
    return undefined;
  }
}

/** A shorter secret is not searched for: it could be a word. */
const SHORTEST = 8;

function secretsOf(credential: Credential): readonly string[] {
  const secrets = isOfType(credential, "api_key")
    ? [credential.key]
    : isOfType(credential, "service_account")
    ? [credential.accessToken]
    : [credential.accessToken, credential.refreshToken];
  return secrets.flatMap((secret) => secret?.reveal() ?? []).filter((text) => text.length >= SHORTEST);
}

/** Deeper levels of an error are dropped. */
const DEEPEST = 50;

/** The value with clean texts and names; the same value when there was nothing to clean. */
function cleanValue(value: unknown, secrets: readonly string[], level: number): unknown {
  if (typeof value === "string") return cleanText(value, secrets);
  if (typeof value !== "object" || value === null) return value;
  if (level >= DEEPEST) return null;
  if (Array.isArray(value)) {
    const list = value.map((one) => cleanValue(one, secrets, level + 1));
    return list.some((one, index) => one !== value[index]) ? list : value;
  }
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([name, one]) =>
    [cleanText(name, secrets), cleanValue(one, secrets, level + 1)] as const
  );
  const changed = entries.some(([name, one]) => !Object.hasOwn(value, name) || value[name] !== one);
  return changed ? Object.fromEntries(entries) : value;
}

function cleanText(text: string, secrets: readonly string[]): string {
  let clean = redact(text);
  for (const secret of secrets) clean = clean.replaceAll(secret, REDACTED);
  return secrets.some((secret) => hides(clean, secret)) ? REDACTED : clean;
}

/** Rounds of escaping that are undone. */
const ROUNDS = 3;
const ENCODED_REGEXP = /[A-Za-z0-9+/_=-]{16,}/g;

function hides(text: string, secret: string): boolean {
  if (text.length < secret.length) return false;
  const wanted = letters(secret);
  const backwards = [...wanted].reverse().join("");
  const shown = (plain: string) => {
    const seen = letters(plain);
    return seen.includes(wanted) || seen.includes(backwards);
  };
  let plain = text;
  for (let round = 0; round <= ROUNDS; round++) {
    if (shown(plain)) return true;
    // Encoded text may contain line breaks.
    for (const candidate of [plain, plain.replace(/\s+/g, "")]) {
      if (decoded(candidate).some((once) => shown(once) || decoded(once).some(shown))) return true;
    }
    const next = unescaped(plain);
    if (next === plain) return false;
    plain = next;
  }
  return false;
}

/** Letters and digits alone, in lower case. */
function letters(text: string): string {
  return text.replace(/[^A-Za-z0-9]+/g, "").toLowerCase();
}

/** Everything in a text that reads as base64 or hex, decoded. */
function decoded(text: string): string[] {
  return [...text.matchAll(ENCODED_REGEXP)].flatMap(([run]) => decodings(run));
}

/** The run decoded as base64 from each of its first four characters, and as hex from its first two. */
function decodings(run: string): string[] {
  const Buffer = nodeBuffer();
  const texts = [0, 1, 2, 3].map((from) => Buffer.from(run.slice(from), "base64").toString("latin1"));
  if (!/^[0-9A-Fa-f]+$/.test(run)) return texts;
  return [...texts, ...[0, 1].map((from) => Buffer.from(run.slice(from), "hex").toString("latin1"))];
}

const ESCAPE_REGEXP =
  /%([0-9A-Fa-f]{2})|\\u\{?([0-9A-Fa-f]{2,6})\}?|\\x([0-9A-Fa-f]{2})|&#x([0-9A-Fa-f]{1,6});?|&#([0-9]{1,7});?/g;

function unescaped(text: string): string {
  return text.replaceAll("\\\\", "\\").replace(
    ESCAPE_REGEXP,
    (all, percent?: string, unicode?: string, hex?: string, entity?: string, decimal?: string) => {
      const code = decimal === undefined
        ? Number.parseInt(percent ?? unicode ?? hex ?? entity ?? "", 16)
        : Number(decimal);
      return code <= 0x10ffff ? String.fromCodePoint(code) : all;
    },
  );
}
