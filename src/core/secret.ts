const INSPECT = Symbol.for("Deno.customInspect");
const NODE_INSPECT = Symbol.for("nodejs.util.inspect.custom");

/** Holds a secret so that logging, JSON, string building and inspection show only its tail. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The secret itself: only for request headers, encryption and fingerprints. */
  reveal(): string {
    return this.#value;
  }

  /** `...` and the last four characters; for secrets shorter than 12 characters, no character at all. */
  get tail(): string {
    return this.#value.length < 12 ? "..." : "..." + this.#value.slice(-4);
  }

  toString(): string {
    return this.tail;
  }

  toJSON(): string {
    return this.tail;
  }

  [INSPECT](): string {
    return `Secret(${this.tail})`;
  }

  [NODE_INSPECT](): string {
    return `Secret(${this.tail})`;
  }
}

/**
 * Shapes of Google API keys, OAuth tokens and bearer headers, wherever they are in a text; a prefix that is not
 * secret is captured and stays, as do `<PLACEHOLDER>` and `...` in examples. Linear: no alternative can begin
 * inside the match of another (`tests/security/linear_text_test.ts`).
 */
const SECRETS_REGEXP =
  /AIza[0-9A-Za-z_-]{10,}|AQ\.[0-9A-Za-z_-]{10,}|ya29\.[0-9A-Za-z._-]+|1\/\/[0-9A-Za-z_-]{10,}|GOCSPX-[0-9A-Za-z_-]+|((?:[Bb]earer\s+|api_key:|[?&](?:key|access_token|refresh_token|code|client_secret)=)+)(?!<[A-Z_]{1,40}>|\.{3}(?![^\s"',;&]))[^\s"',;&]+/g;

/** Occurs in every secret of the shapes above: a text without it, as nearly all are, need not be searched. */
const HINT_REGEXP = /AIza|AQ\.|ya29\.|1\/\/|GOCSPX-|earer|api_key:|key=|token=|code=|secret=/;

/** Replaces everything that looks like a secret by `[redacted]`. For texts that leave the process: messages, logs, events. */
export function redact(text: string): string {
  if (!HINT_REGEXP.test(text)) return text;
  return text.replace(SECRETS_REGEXP, "$1[redacted]");
}
