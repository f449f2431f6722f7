import {
  type Credential,
  deathOf,
  type Failure,
  isObject,
  isOfType,
  type JsonObject,
  type OAuthCredential,
  ok,
  type Result,
} from "../core/mod.ts";
import { callCodeAssist, codeAssistServiceOf } from "../upstreams/mod.ts";
import { type AccountQuota, type Provider, PROVIDERS, type QuotaBucket } from "./contract.ts";
import type { OAuthOptions } from "./oauth_options.ts";
import { readBuckets, readSummary, worstOf } from "./quota_answer.ts";
import type { Refresher } from "./refresher.ts";
import { limitedFetch, portsFor } from "./timed.ts";

/** Below this share a budget is closed before it fails. */
export const LOW_FRACTION = 0.05;
/** How long a budget without a reset is closed, in milliseconds. */
const OFF = 3_600_000;
const NAME = "oauth-quota ";

/** Asks for the quota of each account, stores the answers and notifies the pool. */
export class QuotaPoller {
  readonly #options: OAuthOptions;
  readonly #refresher: Refresher;

  constructor(options: OAuthOptions, refresher: Refresher) {
    this.#options = options;
    this.#refresher = refresher;
  }

  /** One account after another: Google treats bursts of such requests as abuse. */
  async poll(signal: AbortSignal, only?: string): Promise<JsonObject> {
    const all = (await this.#options.store.credentials.list()).filter(isUsable);
    const accounts = all.filter(({ id, email }) => only === undefined || only === id || only === email);
    let failed = 0;
    let low = 0;
    for (const account of accounts) {
      signal.throwIfAborted();
      let buckets = await this.#ask(account, signal, false);
      // A token that Google ended before its time is renewed, as for a call.
      if (!buckets.ok && buckets.error.code === "access_token_expired") {
        buckets = await this.#ask(account, signal, true);
      }
      if (!buckets.ok) {
        failed++;
        await this.#keepProblem(account, buckets.error);
        if (isOwners(buckets.error)) await this.#retire(account, buckets.error);
        continue;
      }
      await this.#keep({ ...about(account), at: this.#options.ports.clock.now(), buckets: buckets.value });
      low += this.#notifyPool(account, buckets.value);
    }
    return { accounts: accounts.length, failed, low };
  }

  async view(): Promise<readonly AccountQuota[]> {
    const records = await this.#options.store.poolState.list();
    const ids = new Set((await this.#options.store.credentials.list()).map(({ id }) => `${NAME}${id}`));
    return records.filter(({ name }) => ids.has(name)).flatMap(({ value }) => readQuota(value) ?? []);
  }

  async forget(id: string): Promise<void> {
    await this.#options.store.poolState.remove(`${NAME}${id}`);
  }

  async #ask(
    account: OAuthCredential,
    signal: AbortSignal,
    force: boolean,
  ): Promise<Result<readonly QuotaBucket[], Failure>> {
    const { settings, version } = this.#options;
    const ports = portsFor(this.#options, account);
    const ready = await this.#refresher.ready(account, force);
    if (!ready.ok) return ready;
    if (!isOfType(ready.value, "oauth")) return ok([]);
    const { accessToken, codeAssistProject: project } = ready.value;
    const service = codeAssistServiceOf(settings, account.source, version);
    // The hosts count separately: only the first one's numbers apply to calls.
    const one = { ...service, hosts: service.hosts.slice(0, 1) };
    const method = service.quota === "shared" ? ":retrieveUserQuotaSummary" : ":retrieveUserQuota";
    const call = {
      method,
      body: project === undefined ? {} : { project },
      accessToken: accessToken?.reveal() ?? "",
    };
    const answer = await callCodeAssist(one, call, {
      fetch: limitedFetch(ports),
      signal,
      now: ports.clock.now(),
    });
    if (!answer.ok) return answer;
    if (service.quota === "by_model") return ok(readBuckets(answer.value));
    return ok(readSummary(answer.value, await this.#modelsOf(account)));
  }

  async #modelsOf({ id }: OAuthCredential): Promise<readonly string[]> {
    const lists = await this.#options.store.modelLists.list();
    return lists.find((list) => list.credential === id)?.models.map((model) => model.id) ?? [];
  }

  /** Notifies the pool; returns how many models are closed now. */
  #notifyPool({ id }: OAuthCredential, buckets: readonly QuotaBucket[]): number {
    let low = 0;
    for (const model of new Set(buckets.flatMap((bucket) => bucket.models))) {
      const { remaining, resetsAt } = worstOf(buckets, model, LOW_FRACTION);
      const isLow = remaining !== undefined && remaining < LOW_FRACTION;
      if (isLow) low++;
      // A budget that is off has no reset; a later read finds it enabled again.
      const until = isLow ? resetsAt ?? this.#options.ports.clock.now() + OFF : resetsAt;
      this.#options.pool?.noteQuota?.(id, model, remaining, until);
    }
    return low;
  }

  /** Old numbers stay, with the reason why they are old. */
  async #keepProblem(account: OAuthCredential, failure: Failure): Promise<void> {
    const before = readQuota(await this.#options.store.poolState.get(`${NAME}${account.id}`));
    await this.#keep({
      ...about(account),
      at: before?.at ?? 0,
      buckets: before?.buckets ?? [],
      problem: failure.message,
    });
  }

  async #retire({ id, email }: OAuthCredential, failure: Failure): Promise<void> {
    const { store, ledger, ports } = this.#options;
    await store.credentials.update(id, { dead: deathOf(failure, ports.clock.now()) });
    ledger.log("warn", "oauth", `The account ${email} is out: ${failure.message}`);
  }

  async #keep(quota: AccountQuota): Promise<void> {
    const buckets = quota.buckets.map((bucket) => ({ ...bucket, models: [...bucket.models] }));
    await this.#options.store.poolState.put(`${NAME}${quota.id}`, { v: 1, ...quota, buckets });
  }
}

/** True for refusals that the account's owner must resolve; others may concern this request only. */
function isOwners({ code }: Failure): boolean {
  return code === "account_validation_required" || code === "account_banned";
}

type Usable = OAuthCredential;
function isUsable(
  credential: Credential,
): credential is Usable {
  return credential.enabled && credential.dead === undefined && isOfType(credential, "oauth");
}

const about = ({ id, source, email }: OAuthCredential) => ({ id, source, email });

function readQuota(value: unknown): AccountQuota | undefined {
  if (!isObject(value)) return undefined;
  const { id, email, at, buckets, problem } = value;
  const source: Provider | undefined = PROVIDERS.find((one) => one === value["source"]);
  if (typeof id !== "string" || typeof email !== "string" || typeof at !== "number" || source === undefined) {
    return undefined;
  }
  return {
    id: id as AccountQuota["id"],
    email,
    at,
    source,
    buckets: (Array.isArray(buckets) ? buckets : []).flatMap((one) => readBucket(one) ?? []),
    ...(typeof problem === "string" ? { problem } : {}),
  };
}

function readBucket(value: unknown): QuotaBucket | undefined {
  if (!isObject(value)) return undefined;
  const { group, label, window, remaining, resetsAt, models } = value;
  if (typeof group !== "string" || typeof label !== "string" || typeof window !== "string") return undefined;
  return {
    group,
    label,
    window,
    ...(typeof remaining === "number" ? { remaining } : {}),
    ...(typeof resetsAt === "number" ? { resetsAt } : {}),
    models: Array.isArray(models) ? models.filter((model) => typeof model === "string") : [],
  };
}
