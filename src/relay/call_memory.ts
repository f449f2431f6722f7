import type { CredentialId, Failure, SourceName } from "../core/mod.ts";

/** Which key served a conversation last, so that Google's implicit prompt cache can hit. Bounded, in memory only. */
export interface SessionMemory {
  get(
    session: string,
    model: string,
  ): { readonly credential: CredentialId; readonly source: SourceName } | undefined;
  set(session: string, model: string, credential: CredentialId, source: SourceName): void;
}

/** Keeps the `limit` conversations used last. */
export function createSessionMemory(limit = 10_000): SessionMemory {
  const entries = new Map<string, { readonly credential: CredentialId; readonly source: SourceName }>();
  return {
    get: (session, model) => entries.get(`${session} ${model}`),
    set(session, model, credential, source) {
      const key = `${session} ${model}`;
      const old = entries.get(key);
      if (old?.credential === credential) return;
      entries.delete(key);
      entries.set(key, { credential, source });
      if (entries.size > limit) entries.delete(entries.keys().next().value!);
    },
  };
}

/** Shortest patience. */
const LEAST_MS = 1_500;
const MOST_MS = 30_000;
/** Shortest patience while nothing is known of a model. */
const UNKNOWN_MS = 2_500;
/** A reply may take so many times as long as the slowest recent one. */
const FACTOR = 3;
/** The slowest time decays: this share of it remains after each faster answer. */
const FADING = 0.9;
const MOST_KINDS = 500;

/** How long the first byte of each kind of call takes to come, so that silence can be told from thinking. */
export class FirstBytes {
  readonly #slowest = new Map<string, number>();

  note(kind: string, ms: number): void {
    const before = this.#slowest.get(kind);
    if (before === undefined && this.#slowest.size >= MOST_KINDS) this.#slowest.clear();
    this.#slowest.set(kind, Math.max(ms, (before ?? 0) * FADING));
  }

  /** The time after which silence is suspicious. An unknown kind counts as slow as the slowest known one. */
  patience(kind: string): number {
    const slowest = this.#slowest.get(kind);
    const known = slowest ?? Math.max(0, ...this.#slowest.values());
    return Math.min(MOST_MS, Math.max(slowest === undefined ? UNKNOWN_MS : LEAST_MS, known * FACTOR));
  }
}

/** Requests that two accounts of a source refused without naming a limit: Google filters their content. */
export interface FilteredRequests {
  /** Number of known requests; while 0 no request need be hashed. */
  readonly size: number;
  of(fingerprint: string): { readonly sources: readonly SourceName[]; readonly failure: Failure } | undefined;
  note(fingerprint: string, source: SourceName, failure: Failure): void;
}

/** An agent repeats such a request every few seconds; filters change, so this is remembered no longer. */
const KEEP_MS = 5 * 60_000;
const MOST = 500;

interface Filtered {
  readonly sources: readonly SourceName[];
  readonly failure: Failure;
  readonly until: number;
}

/** In memory, by a hash of the request: a restart asks again. */
export function createFilteredRequests(clock: { now(): number }): FilteredRequests {
  const known = new Map<string, Filtered>();
  const current = (fingerprint: string): Filtered | undefined => {
    const found = known.get(fingerprint);
    if (found === undefined || found.until > clock.now()) return found;
    known.delete(fingerprint);
    return undefined;
  };
  return {
    get size() {
      return known.size;
    },
    of: current,
    note(fingerprint, source, failure) {
      const sources = [...new Set([...current(fingerprint)?.sources ?? [], source])];
      known.delete(fingerprint);
      known.set(fingerprint, { sources, failure, until: clock.now() + KEEP_MS });
      if (known.size > MOST) known.delete(known.keys().next().value!);
    },
  };
}
