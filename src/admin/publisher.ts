import { type Credential, type CredentialId, type JsonObject, untilText } from "../core/mod.ts";
import type { PoolEvent } from "../pool/contract.ts";
import type { AdminDeps } from "./admin_deps.ts";
import { retireKey } from "./check_keys.ts";

/** Readers are told at most this often, in milliseconds, that keys and figures changed, and only while somebody listens. */
const STATE_MS = 1_000;
/** Longest sentence of a failure in an event; the record has it whole. */
const SENTENCE = 200;
/** Attempts of a call in an event: the last ones. */
const MOST_ATTEMPTS = 20;
/** Says that something changed and nothing more: whoever shows it reads it again. */
const CHANGED: JsonObject = {};

function keyTail({ source, tail }: Credential): string {
  return source === "api_key" ? `...${tail.replace(/^\.+/, "")}` : tail;
}

/** Turns what the pool and the ledger tell into live events, alerts, log lines and lasting facts. */
export class Publisher {
  readonly #deps: AdminDeps;
  readonly #stops: (() => void)[];
  #cancelState: (() => void) | undefined;
  readonly #running = new Set<Promise<void>>();
  /** Models that nobody could serve when they were last asked for; the first answer says that this is over. */
  readonly #out = new Set<string>();

  constructor(deps: AdminDeps) {
    this.#deps = deps;
    this.#stops = [
      deps.pool.subscribe((event) => this.#onPool(event)),
      deps.ledger.onRecord((record) => {
        const model = record.modelUsed;
        if (record.outcome === "ok" && model !== undefined && this.#out.delete(model)) {
          this.#run(() => this.#recovered(model));
        }
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

  /** Tells soon, when somebody listens, that keys and figures changed. */
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
    await Promise.allSettled(this.#running);
  }

  #onPool(event: PoolEvent): void {
    const { ledger } = this.#deps;
    if (event.type !== "cap-warning" && event.type !== "cap-exceeded") {
      ledger.publish("pool_update", CHANGED);
    }
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
      case "exhausted":
        this.#out.add(event.model);
        this.#run(() => this.#exhausted(event.model, event.until));
        break;
      case "recovered":
        if (this.#out.delete(event.scope.replace(/^model:/, ""))) {
          this.#run(() => this.#recovered(event.scope));
        }
        break;
      case "cap-warning":
      case "cap-exceeded":
        this.#cap(event);
        break;
      case "cooled":
        ledger.log(
          "info",
          "pool",
          `${this.#spoken(event.scope, event.credential)}: ${event.reason}, ${
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
          `Google allows ${event.limit} ${event.kind.replaceAll("_", " ")}: ${this.#spoken(event.bucket)}`,
        );
    }
  }

  /** A scope of the pool in the names that people gave: a model on a key or in a project, a key alone, a source. */
  #spoken(scope: string, id?: CredentialId): string {
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

  async #exhausted(model: string, until?: number): Promise<void> {
    const now = this.#deps.ports.clock.now();
    const when = until === undefined ? "" : ` ${untilText(until, now)}`;
    const message = `No key can serve ${model}${when}`;
    await this.#deps.ledger.alert({
      type: "pool-exhausted",
      subject: model,
      message,
      data: { model, until: until ?? null },
    });
  }

  async #recovered(scope: string): Promise<void> {
    const { ledger } = this.#deps;
    const model = scope.replace(/^model:/, "");
    if (!await ledger.clearAlert("pool-exhausted", model)) return;
    const message = `${model} can be served again`;
    await ledger.clearAlert("pool-recovered", model);
    await ledger.alert({ type: "pool-recovered", subject: model, message, data: { model } });
  }

  #run(task: () => Promise<void>): void {
    const running = task()
      .catch((error) => this.#deps.ledger.log("error", "server", `An event could not be handled: ${error}`))
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }
}
