import type { Clock, Credential, CredentialId, Failure, Fetch, Result, SourceName } from "../core/mod.ts";
import type { ModelListRecord, Store } from "../store/mod.ts";

/** The part of an upstream that the catalog uses. */
export interface ModelSource {
  discover(
    credential: Credential,
    options: { readonly fetch: Fetch; readonly signal: AbortSignal; readonly now: number },
  ): Promise<Result<ModelListRecord["models"], Failure>>;
}

export interface RefreshDeps {
  readonly upstreams: ReadonlyMap<SourceName, ModelSource>;
  readonly fetch: Fetch;
  readonly signal: AbortSignal;
  /** A fetch through the credential's own outbound proxy; default: `fetch`. */
  readonly fetchFor?: (credential: Credential) => Fetch;
  /** Gives a credential a usable access token; default: returns it unchanged. */
  readonly ready?: (credential: Credential) => Promise<Result<Credential, Failure>>;
  /** Called after each credential, for progress. */
  readonly onResult?: (report: RefreshReport) => void;
}

/** The result of asking one credential for its models; on failure its earlier list stays. */
export type RefreshReport =
  & { readonly credential: CredentialId; readonly source: SourceName }
  & (
    | {
      readonly ok: true;
      readonly models: number;
      readonly added: readonly string[];
      readonly removed: readonly string[];
    }
    | { readonly ok: false; readonly failure: Failure }
  );

/** Milliseconds for one credential's whole list of models. */
const LIST_MS = 15_000;

/** Credentials asked at the same time. */
const AT_ONCE = 8;

/** Asks each credential for its models and keeps the lists; one report each, in their order. Rejects when the signal aborts. */
export async function refreshModels(
  store: Pick<Store, "modelLists">,
  clock: Clock,
  credentials: readonly Credential[],
  deps: RefreshDeps,
): Promise<readonly RefreshReport[]> {
  const before = new Map((await store.modelLists.list()).map((list) => [list.credential, list]));
  const reports: RefreshReport[] = new Array(credentials.length);
  const queue = credentials.entries();
  /** Sources that did not answer in time; their other credentials are skipped, as they would wait as long. */
  const hanging = new Set<SourceName>();
  const worker = async () => {
    for (const [index, credential] of queue) {
      deps.signal.throwIfAborted();
      const report = hanging.has(credential.source)
        ? notAsked(credential)
        : await refreshOne(store, clock, credential, before.get(credential.id), deps);
      if (!report.ok && report.failure.code === "upstream_timeout") hanging.add(credential.source);
      reports[index] = report;
      deps.onResult?.(report);
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, credentials.length) }, worker));
  return reports;
}

async function refreshOne(
  store: Pick<Store, "modelLists">,
  clock: Clock,
  credential: Credential,
  before: ModelListRecord | undefined,
  deps: RefreshDeps,
): Promise<RefreshReport> {
  const who = { credential: credential.id, source: credential.source };
  const found = await discover(clock, credential, deps);
  if (!found.ok) return { ...who, ok: false, failure: found.error };
  const models = [...new Map(found.value.map((model) => [model.id, model])).values()];
  await store.modelLists.put({ ...who, at: clock.now(), models });
  const old = new Set(before?.models.map(({ id }) => id));
  const fresh = new Set(models.map(({ id }) => id));
  return {
    ...who,
    ok: true,
    models: models.length,
    added: [...fresh.difference(old)],
    removed: [...old.difference(fresh)],
  };
}

async function discover(
  clock: Clock,
  credential: Credential,
  { upstreams, fetch, fetchFor, ready, signal }: RefreshDeps,
): Promise<Result<ModelListRecord["models"], Failure>> {
  const upstream = upstreams.get(credential.source);
  if (upstream === undefined) return { ok: false, error: sourceOff(credential.source) };
  const usable = ready === undefined ? { ok: true as const, value: credential } : await ready(credential);
  if (!usable.ok) return usable;
  const late = new AbortController();
  const cancel = clock.after(LIST_MS, () => late.abort());
  try {
    return await upstream.discover(usable.value, {
      fetch: fetchFor?.(credential) ?? fetch,
      signal: AbortSignal.any([signal, late.signal]),
      now: clock.now(),
    });
  } catch (cause) {
    if (!late.signal.aborted || signal.aborted) throw cause;
    return { ok: false, error: listTooSlow(credential.source) };
  } finally {
    cancel();
  }
}

function notAsked({ id, source }: Credential): RefreshReport {
  return { credential: id, source, ok: false, failure: listTooSlow(source) };
}

function listTooSlow(source: SourceName): Failure {
  return {
    class: "transport",
    status: 504,
    source,
    scope: "request",
    code: "upstream_timeout",
    message: `Google did not list the models within ${LIST_MS / 1000} s: try again later.`,
  };
}

function sourceOff(source: SourceName): Failure {
  return {
    class: "misconfigured",
    status: 503,
    source,
    scope: "request",
    message: `The source ${source} is not switched on, so its models cannot be listed.`,
  };
}

/** Time in which a name that discovery did not find is not looked for again, in milliseconds. */
export const NEGATIVE_CACHE = 60_000;
/** Milliseconds that a call for an unknown model waits for the lists to be asked. */
const PATIENCE_MS = 5_000;
const MOST_NAMES = 1_000;
/** Time in which one discovery counts for all names, in milliseconds: Google always lists all models. */
const DISCOVERY_GAP = 10_000;

/** Looks for unknown names: one discovery at a time for all callers, and none for a name that was just not found. */
export class DiscoverOnce {
  readonly #clock: Clock;
  readonly #isKnown: (name: string) => boolean;
  readonly #missing = new Map<string, number>();
  #running: Promise<void> | undefined;
  #doneAt = -Infinity;

  constructor(clock: Clock, isKnown: (name: string) => boolean) {
    this.#clock = clock;
    this.#isKnown = isKnown;
  }

  /**
   * Runs `discover` if that may help; true when the name is known afterwards. A failed discovery counts as not found.
   */
  async find(name: string, discover: () => Promise<unknown>): Promise<boolean> {
    if (this.#isKnown(name)) return true;
    if ((this.#missing.get(name) ?? -Infinity) > this.#clock.now()) return false;
    if (this.#running === undefined && this.#clock.now() - this.#doneAt < DISCOVERY_GAP) return false;
    this.#running ??= this.#discover(discover);
    await this.#untilDone(this.#running);
    if (this.#isKnown(name)) return true;
    this.#remember(name);
    return false;
  }

  /**
   * Resolves when the discovery ends or the caller has waited long enough: a list that hangs must not block a
   * call for an unknown model.
   */
  #untilDone(running: Promise<void>): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(PATIENCE_MS, resolve);
      void running.then(() => (cancel(), resolve()));
    });
  }

  async #discover(discover: () => Promise<unknown>): Promise<void> {
    try {
      await discover();
    } catch {
      // The caller answers that the model is unknown either way; the reports of the discovery contain the
      // details.
    } finally {
      this.#doneAt = this.#clock.now();
      this.#running = undefined;
    }
  }

  #remember(name: string): void {
    this.#missing.delete(name);
    this.#missing.set(name, this.#clock.now() + NEGATIVE_CACHE);
    if (this.#missing.size <= MOST_NAMES) return;
    const [oldest] = this.#missing.keys();
    if (oldest !== undefined) this.#missing.delete(oldest);
  }
}
