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
