import type { Deadlines } from "../../relay/mod.ts";

/** Smaller bodies always pass: small calls never wait for large ones. */
const SMALL_BYTES = 256 * 1024;
/** Assumed for a body without a stated length. */
const UNTOLD_BYTES = 4 * 1024 * 1024;

/**
 * A call returns its share after this time at the latest: the costly part is over once the request is sent, and
 * a long-thinking model must not block others.
 */
const HOLD_MS = 5_000;

/** The client left before there was room for its body. */
export class LeftWhileWaiting extends Error {
  override readonly name = "LeftWhileWaiting";
}

interface Waiting {
  readonly bytes: number;
  readonly enter: () => void;
}

/**
 * Bounds the bytes of large request bodies that are read, parsed and held at the same time: each costs several
 * times its size while it is decoded and sent on. A request that does not fit waits; clients take turns, so that
 * one agent's large turns do not block the others. A body larger than the whole bound goes alone.
 */
export class BytesGate {
  readonly #room: number;
  readonly #deadlines: Deadlines;
  #taken = 0;
  /** Waiting requests by client; the first one is next. */
  readonly #waiting = new Map<string, Waiting[]>();

  constructor(room: number, deadlines: Deadlines) {
    this.#room = room;
    this.#deadlines = deadlines;
  }

  /**
   * Serves small requests at once, and large ones when there is room, which they hold until the answer begins or
   * HOLD_MS has passed.
   */
  pass<Answer>(
    request: Request,
    owner: string,
    serve: () => Promise<Answer> | Answer,
  ): Promise<Answer> | Answer {
    const told = request.headers.get("content-length");
    const bytes = told === null ? (request.body === null ? 0 : UNTOLD_BYTES) : Number(told);
    return bytes > SMALL_BYTES ? this.#large(request, bytes, owner, serve) : serve();
  }

  async #large<Answer>(
    { signal }: Request,
    bytes: number,
    owner: string,
    serve: () => Promise<Answer> | Answer,
  ): Promise<Answer> {
    if (this.#waiting.size > 0 || !this.#fits(bytes)) await this.#wait(bytes, owner, signal);
    else this.#taken += bytes;
    let held = true;
    const give = () => {
      if (!held) return;
      held = false;
      this.#taken -= bytes;
      this.#admit();
    };
    const timer = this.#deadlines.start(HOLD_MS, give);
    try {
      return await serve();
    } finally {
      timer.clear();
      give();
    }
  }

  #fits(bytes: number): boolean {
    return this.#taken === 0 || this.#taken + bytes <= this.#room;
  }

  #wait(bytes: number, owner: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const left = () => {
        const line = this.#waiting.get(owner) ?? [];
        const at = line.indexOf(one);
        if (at < 0) return;
        line.splice(at, 1);
        if (line.length === 0) this.#waiting.delete(owner);
        reject(new LeftWhileWaiting());
        this.#admit();
      };
      const one: Waiting = {
        bytes,
        enter() {
          signal.removeEventListener("abort", left);
          resolve();
        },
      };
      const line = this.#waiting.get(owner);
      if (line === undefined) this.#waiting.set(owner, [one]);
      else line.push(one);
      signal.addEventListener("abort", left, { once: true });
    });
  }

  /** Admits requests that fit, one of each client in turn. */
  #admit(): void {
    for (let next = this.#waiting.entries().next(); !next.done; next = this.#waiting.entries().next()) {
      const [owner, line] = next.value;
      const first = line[0];
      if (first === undefined || !this.#fits(first.bytes)) return;
      line.shift();
      this.#waiting.delete(owner);
      if (line.length > 0) this.#waiting.set(owner, line);
      this.#taken += first.bytes;
      first.enter();
    }
  }
}
