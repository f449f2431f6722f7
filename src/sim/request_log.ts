import type { JsonObject } from "../core/mod.ts";
import type { Ending } from "./emission.ts";

/** One call as the simulator saw it. Holds the whole key and body: for tests and demonstrations, with made-up keys. */
export interface SimLogEntry {
  readonly serial: number;
  /** Epoch milliseconds on the simulator's clock. */
  readonly at: number;
  readonly httpMethod: string;
  readonly path: string;
  /** The query without its question mark, `key` included. */
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly key: string | null;
  readonly project: string | undefined;
  readonly model: string | undefined;
  /** `generateContent`, `streamGenerateContent`, `ListModels` and so on; empty for unknown routes. */
  readonly method: string;
  readonly bodyText: string;
  readonly body: JsonObject | undefined;
  /** The kinds of the faults that struck. */
  readonly faults: readonly string[];
  /** Absent until the head was sent, and when the connection was torn before. */
  readonly status: number | undefined;
  /** Absent while the body is being sent. */
  readonly ending: Ending | undefined;
  readonly endedAt: number | undefined;
}

export type OpenEntry = { -readonly [Name in keyof SimLogEntry]: SimLogEntry[Name] };

/** Keeps the last calls, oldest first. */
export class RequestLog {
  readonly #entries: OpenEntry[] = [];
  readonly #limit: number;
  #serial = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get entries(): readonly SimLogEntry[] {
    return this.#entries;
  }

  /** How many calls there were, forgotten ones included. */
  get total(): number {
    return this.#serial;
  }

  open(request: Request, url: URL, at: number): OpenEntry {
    const entry: OpenEntry = {
      serial: ++this.#serial,
      at,
      httpMethod: request.method,
      path: url.pathname,
      query: url.search.slice(1),
      headers: Object.fromEntries(request.headers),
      key: null,
      project: undefined,
      model: undefined,
      method: "",
      bodyText: "",
      body: undefined,
      faults: [],
      status: undefined,
      ending: undefined,
      endedAt: undefined,
    };
    if (this.#limit > 0) this.#entries.push(entry);
    if (this.#entries.length > this.#limit * 2) this.#entries.splice(0, this.#entries.length - this.#limit);
    return entry;
  }

  clear(): void {
    this.#entries.length = 0;
  }
}
