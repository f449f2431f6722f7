import { type CredentialId, type FailedSetUp, type Failure, isObject, type SourceName } from "../core/mod.ts";
import type { Store } from "../store/mod.ts";

/** Pauses after set-ups that failed in a row, in milliseconds; the last one repeats. */
const PAUSES: readonly number[] = [1, 5, 15, 60, 360].map((minutes) => minutes * 60_000);
const NAME = "oauth-setup ";

interface Rest {
  readonly until: number;
  /** Set-ups that failed in a row. */
  readonly failures: number;
  readonly failure: Failure;
}

/**
 * Accounts whose set-up at Google failed, with the time of the next try. In the database, so that a restart asks
 * no sooner and reports the same reason. A check of the account asks at once; a successful set-up ends the
 * pause.
 */
export class SetUpRests {
  readonly #records: Store["poolState"];
  readonly #known = new Map<CredentialId, Rest | undefined>();

  constructor(store: Pick<Store, "poolState">) {
    this.#records = store.poolState;
  }

  /** The failure that keeps an account from being set up now. */
  async restOf(id: CredentialId, now: number): Promise<Failure | undefined> {
    const rest = await this.#read(id);
    return rest === undefined || rest.until <= now ? undefined : rest.failure;
  }

  /** Records a failed set-up; returns the failure with the time of the next try. */
  async failed(id: CredentialId, failure: Failure, now: number): Promise<Failure> {
    const failures = ((await this.#read(id))?.failures ?? 0) + 1;
    const until = now + PAUSES[Math.min(failures, PAUSES.length) - 1]!;
    const rest = { until, failures, failure: { ...failure, until } };
    this.#known.set(id, rest);
    const { class: name, status, message, scope, code, link, source } = failure;
    const open = {
      class: name,
      status,
      message,
      scope,
      ...(source === undefined ? {} : { source }),
      ...(code === undefined ? {} : { code }),
      ...(link === undefined ? {} : { link }),
    };
    await this.#records.put(`${NAME}${id}`, { v: 1, until, failures, failure: open });
    return rest.failure;
  }

  /** All failed set-ups, by account. */
  async all(): Promise<ReadonlyMap<string, FailedSetUp>> {
    const rests = new Map<string, FailedSetUp>();
    for (const { name, value } of await this.#records.list()) {
      const rest = name.startsWith(NAME) ? readRest(value) : undefined;
      if (rest === undefined) continue;
      const { until, failure: { message: reason, code, link } } = rest;
      rests.set(name.slice(NAME.length), {
        reason,
        until,
        ...(code === undefined ? {} : { code }),
        ...(link === undefined ? {} : { link }),
      });
    }
    return rests;
  }

  /** Forgets an account: it was set up, signed in again or removed. */
  async end(id: CredentialId): Promise<void> {
    if (await this.#read(id) === undefined) return;
    this.#known.set(id, undefined);
    await this.#records.remove(`${NAME}${id}`);
  }

  async #read(id: CredentialId): Promise<Rest | undefined> {
    if (!this.#known.has(id)) this.#known.set(id, readRest(await this.#records.get(`${NAME}${id}`)));
    return this.#known.get(id);
  }
}

function readRest(value: unknown): Rest | undefined {
  if (!isObject(value) || !isObject(value["failure"])) return undefined;
  const { until, failures, failure } = value;
  if (typeof until !== "number" || typeof failures !== "number") return undefined;
  const { class: name, message, status, scope, source, code, link } = failure as unknown as Failure;
  if (typeof name !== "string" || typeof message !== "string" || typeof status !== "number") return undefined;
  const read: Failure = {
    class: name,
    status,
    message,
    scope,
    until,
    ...(source === undefined ? {} : { source: source as SourceName }),
    ...(code === undefined ? {} : { code }),
    ...(link === undefined ? {} : { link }),
  };
  return { until, failures, failure: read };
}
