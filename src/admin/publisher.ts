import { type Credential, type CredentialId, isSourceOf, type JsonObject, untilText } from "../core/mod.ts";
import type { PoolEvent } from "../pool/contract.ts";
import type { AdminDeps } from "./admin_deps.ts";
import { retireKey } from "./check_keys.ts";
import { OutageWatch } from "./outage_watch.ts";

/**
 * Shortest interval between two events that keys and figures changed, in milliseconds; sent only while somebody
 * listens.
 */
const STATE_MS = 1_000;
/** Longest sentence of a failure in an event; the record has it whole. */
const SENTENCE = 200;
/** Attempts of a call in an event: the last ones. */
const MOST_ATTEMPTS = 20;
/** An event without content: something changed, and a page that shows it reads it again. */
const CHANGED: JsonObject = {};
/** Events of the pool after which the verdict may be another one. */
const CHANGES_VERDICT: ReadonlySet<PoolEvent["type"]> = new Set([
  "exhausted",
  "recovered",
  "cooled",
  "dead",
  "cap-exceeded",
]);

function keyTail({ source, tail }: Credential): string {
  return isSourceOf(source, "api_key") ? `...${tail.replace(/^\.+/, "")}` : tail;
}

/** A reason without its full stop and its time: the log line gives the time in the machine's zone. */
function withoutTime(reason: string): string {
  return reason.replace(/ until \d{4}-\d\d-\d\dT[\d:.]{1,15}Z/, "").replace(/\.$/, "");
}

/** Turns events of the pool and the ledger into live events, alerts, log lines and stored facts. */
export class Publisher {
  readonly #deps: AdminDeps;
  readonly #stops: (() => void)[];
  #cancelState: (() => void) | undefined;
  readonly #running = new Set<Promise<void>>();
  readonly #outages: OutageWatch | undefined;

  constructor(deps: AdminDeps) {
    this.#deps = deps;
    this.#outages = deps.visitor === true ? undefined : new OutageWatch(deps, (task) => this.#run(task));
    this.#stops = [
      deps.pool.subscribe((event) => this.#onPool(event)),
      deps.ledger.onRecord((record) => {
        const model = record.modelUsed;
        if (record.outcome === "ok" && model !== undefined) this.#outages?.answered(model);
        if (deps.ledger.listeners() === 0) return;
        const { id, at, client, agent, status, outcome, modelAsked, modelUsed, totalMs, message, failure } =
          record;
        deps.ledger.publish("traffic_update", CHANGED);
        deps.ledger.publish("request", {
          id,
          at,
          client,
          agent,
          status,
          outcome,
          model: modelUsed ?? modelAsked,
          totalMs,
          tokens: record.usage?.totalTokens ?? 0,
          key: record.attempts.at(-1)?.name ?? null,
          attempts: record.attempts.slice(-MOST_ATTEMPTS).map(({ credential, startedAt, failure }) => ({
            credential,
            startedAt,
            failure: failure ?? null,
          })),
          failure: failure ?? null,
          message: message?.slice(0, SENTENCE) ?? null,
        });
        this.stateChanged();
      }),
    ];
  }

  /** Handles a change of the configuration, which may change the verdict. */
  configurationChanged(): void {
    this.#outages?.touch();
    this.stateChanged();
  }

  /** Schedules the event that keys and figures changed, if somebody listens. */
  stateChanged(): void {
    const { ledger, ports } = this.#deps;
    if (ledger.listeners() === 0) return;
    this.#cancelState ??= ports.clock.after(STATE_MS, () => {
      this.#cancelState = undefined;
      ledger.publish("stats_update", CHANGED);
      ledger.publish("stats_update_full", CHANGED);
    });
  }

  async close(): Promise<void> {
    for (const stop of this.#stops) stop();
    this.#cancelState?.();
    this.#outages?.close();
    await Promise.allSettled(this.#running);
  }

  #onPool(event: PoolEvent): void {
    const { ledger } = this.#deps;
    if (event.type !== "cap-warning" && event.type !== "cap-exceeded") {
      ledger.publish("pool_update", CHANGED);
    }
    if (CHANGES_VERDICT.has(event.type)) this.#outages?.touch();
    this.stateChanged();
    switch (event.type) {
      case "dead": {
        const { credential, at, reason, status, code, link } = event;
        this.#run(() =>
          retireKey(this.#deps, credential, {
            at,
            message: reason,
            status,
            ...(code === undefined ? {} : { code }),
            ...(link === undefined ? {} : { link }),
          })
        );
        break;
      }
      case "cap-warning":
      case "cap-exceeded":
        this.#cap(event);
        break;
      case "cooled":
        ledger.log(
          "info",
          "pool",
          `${this.#describe(event.scope, event.credential)}: ${withoutTime(event.reason)}, ${
            untilText(event.until, this.#deps.ports.clock.now())
          }`,
          {
            until: new Date(event.until).toISOString(),
            credential: event.credential ?? null,
          },
        );
        break;
      case "limit-learned":
        ledger.log(
          "debug",
          "pool",
          `Google allows ${event.limit} ${event.kind.replaceAll("_", " ")}: ${this.#describe(event.bucket)}`,
        );
    }
  }

  /** Describes a scope of the pool with the user's names: a model on a key or in a project, a key, a source. */
  #describe(scope: string, id?: CredentialId): string {
    const [, owner, unit] = /^\w+\/([^/]+)\/(.+)$/.exec(scope) ?? [];
    if (owner !== undefined && unit !== undefined) return `${unit} on ${this.#nameOf(owner)}`;
    return id === undefined ? scope : `${scope.replace(/^credential$/, "all")} on ${this.#nameOf(id)}`;
  }

  #nameOf(id: string): string {
    const credential = this.#deps.store.config.current().credentials.find((one) => one.id === id);
    return credential === undefined ? id : credential.label || keyTail(credential);
  }

  #cap(event: Extract<PoolEvent, { type: "cap-warning" | "cap-exceeded" }>): void {
    const { ledger } = this.#deps;
    const { cap, used, limit, type } = event;
    const percentage = limit === 0 ? 100 : Math.round(used / limit * 1_000) / 10;
    const base = { model: cap, current: used, limit };
    if (type === "cap-exceeded") ledger.publish("usage:cap-exceeded", base);
    this.#run(async () => {
      const threshold = this.#deps.store.config.current().caps.find(({ model }) =>
        model === cap
      )?.alertThreshold ?? 80;
      if (type === "cap-warning") ledger.publish("usage:cap-warning", { ...base, percentage, threshold });
      const message = type === "cap-warning"
        ? `The cap of ${cap} is ${percentage} % used: ${used} of ${limit}`
        : `The cap of ${cap} is reached: ${used} of ${limit}`;
      await ledger.alert({ type, subject: cap, message, data: { ...base, percentage } });
    });
  }

  #run(task: () => Promise<void>): void {
    const running = task()
      .catch((error) => this.#deps.ledger.log("error", "server", `An event could not be handled: ${error}`))
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }
}
