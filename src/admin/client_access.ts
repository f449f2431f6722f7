import {
  type CallRecord,
  type ClientId,
  describeFault,
  type Failure,
  invalidRequest,
  matchesGlob,
  OWNER,
} from "../core/mod.ts";
import { capWindow } from "../pool/mod.ts";
import type { ClientRecord, Store } from "../store/mod.ts";
import type { AdminDeps } from "./admin_deps.ts";
import { hashToken, OwnerKey } from "./owner_key.ts";

/** The sender of a request. */
export interface ClientIdentity {
  readonly id: ClientId;
  readonly name: string;
  /** The holder of PROXY_API_KEY: may manage. */
  readonly owner: boolean;
}

interface Spending {
  /** The ledger's sum at the last read, in the budget's unit. */
  recorded: number;
  /** Units used in this process since then. */
  since: number;
}

/** Interval at which used budgets are read again, in milliseconds. */
const RELOAD_MS = 2_000;
const MINUTE_MS = 60_000;
const MOST_HASHES = 1_000;
const MICROS = 1_000_000;
/** Assumed cost of a call before any was recorded, and where its model's price is unknown. */
const USUAL_TOKENS = 8_192;
const USUAL_MICROS = 20_000;
/** The window of a budget without a period. */
const WHOLE_LIFE = { startsAt: 0, endsAt: Date.UTC(9999, 0, 1) };

function endedToken(): Failure {
  return invalidRequest("This client's token is not valid any more", {
    status: 401,
    code: "invalid_api_key",
  });
}
const OWNER_IDENTITY: ClientIdentity = { id: OWNER, name: "owner", owner: true };

/** Identifies clients by their tokens and enforces their limits, from memory. */
export class ClientAccess {
  readonly #deps: AdminDeps;
  readonly owner: OwnerKey;
  /** Hashes of valid tokens, cached because hashing costs a call as much as choosing its key. */
  readonly #hashes = new Map<string, string>();
  readonly #stops: readonly (() => void)[];
  #clients: readonly ClientRecord[] = [];
  #byHash = new Map<string, ClientRecord>();
  #byId = new Map<ClientId, ClientRecord>();
  #spending = new Map<ClientId, Spending>();
  readonly #calls = new Map<ClientId, number[]>();
  readonly #meters = new Map<ClientId, BudgetMeter>();
  #reloadAt = 0;
  #readAt = -1;
  #reloading: Promise<void> | undefined;
  #stale = false;

  constructor(deps: AdminDeps) {
    this.#deps = deps;
    this.owner = new OwnerKey(deps);
    this.#take(deps.store.config.current().clients);
    this.#stops = [
      deps.ledger.onRecord((record) => this.#spend(record)),
      deps.store.config.subscribe((next, previous) => {
        const owner = this.owner.differs(next, previous);
        if (next.clients === previous.clients && !owner) return;
        this.#take(next.clients);
        this.#reloadLogged();
      }),
    ];
  }

  /** The client of a token. Tokens are compared by hash, so that the time it takes reveals nothing about a token. */
  authenticate(token: string): ClientIdentity | undefined {
    const hash = this.#hashes.get(token) ?? hashToken(token);
    const identity = this.#identify(hash);
    if (identity === undefined) this.#hashes.delete(token);
    else if (this.#hashes.size < MOST_HASHES) this.#hashes.set(token, hash);
    return identity;
  }

  #identify(hash: string): ClientIdentity | undefined {
    if (this.owner.matches(hash)) return OWNER_IDENTITY;
    const client = this.#byHash.get(hash);
    if (client === undefined || client.revoked || this.#expired(client)) return undefined;
    return { id: client.id, name: client.name, owner: false };
  }

  /**
   * Returns why this client may not use this model now, by what is in memory; undefined when it may. Counts the
   * call against its rate limit.
   */
  admit(identity: ClientIdentity, model: string): Failure | undefined {
    if (identity.owner) return undefined;
    const client = this.#valid(identity);
    if (client === undefined) return endedToken();
    return this.modelRefusal(identity, model) ?? this.#overBudget(client) ?? this.#overRate(client);
  }

  /**
   * Admits one request that may reach Google: counts it against the client's rate limit and reserves its share
   * of the budget, which the call's record settles. Returns why it was not admitted.
   */
  enter(identity: ClientIdentity, requestId: string): Promise<Failure | undefined> | Failure | undefined {
    if (identity.owner) return undefined;
    const client = this.#valid(identity);
    if (client === undefined) return endedToken();
    const refused = this.#overRate(client);
    if (refused !== undefined || client.budget === undefined) return refused;
    return this.#reserve(client, requestId);
  }

  async #reserve(client: ClientRecord, requestId: string): Promise<Failure | undefined> {
    const meter = this.#meterOf(client);
    if (meter === undefined) return undefined;
    const now = this.#deps.ports.clock.now();
    try {
      return await meter.reserve(requestId, now) ? undefined : this.#usedUp(client);
    } catch (cause) {
      this.#deps.ledger.log("warn", "config", `A budget could not be read: ${describeFault(cause)}`);
      // Without the store memory decides: it knows the calls that this process admitted.
      return this.#overBudget(client);
    }
  }

  /** The meter of the current window; that of an earlier window is dropped. */
  #meterOf(client: ClientRecord): BudgetMeter | undefined {
    const { budget, id } = client;
    if (budget === undefined) return undefined;
    const { unit, period } = budget;
    const scale = unit === "usd" ? MICROS : 1;
    const { startsAt, endsAt } = period === "total" ? WHOLE_LIFE : this.#period(period);
    const name = `client ${id} ${unit} ${period} ${startsAt}`;
    const known = this.#meters.get(id);
    const limit = Math.floor(budget.limit * scale);
    if (known?.name === name && known.window.limit === limit) return known;
    // Figures read before the window began are those of the window before.
    const recorded = this.#readAt < startsAt ? 0 : (this.#spending.get(id)?.recorded ?? 0) * scale;
    const window = { name, limit, endsAt, exact: unit === "requests", recorded };
    const meter = new BudgetMeter(window, this.#deps.store, unit === "tokens" ? USUAL_TOKENS : USUAL_MICROS);
    this.#meters.set(id, meter);
    return meter;
  }

  #valid({ id }: ClientIdentity): ClientRecord | undefined {
    const client = this.#byId.get(id);
    if (client === undefined || client.revoked || this.#expired(client)) return undefined;
    if (client.budget !== undefined && this.#deps.ports.clock.now() >= this.#reloadAt) this.#reloadLogged();
    return client;
  }

  /** Why a client may never use a model; undefined when it may. */
  modelRefusal(identity: ClientIdentity, model: string): Failure | undefined {
    if (this.mayUse(identity, model)) return undefined;
    return invalidRequest(`This client may not use the model ${model}`, {
      status: 403,
      code: "model_not_allowed",
      param: "model",
    });
  }

  /** Whether a model is among those that a client is allowed. */
  mayUse(identity: ClientIdentity, model: string): boolean {
    if (identity.owner) return true;
    const patterns = this.#byId.get(identity.id)?.allowModels;
    return patterns?.some((pattern) => matchesGlob(pattern, model)) ?? true;
  }

  /** Reads the owner's key and what budgets have used; a call during a read causes one more read after it. */
  reload(): Promise<void> {
    this.#stale = true;
    return this.#reloading ??= this.#readWhileStale();
  }

  async #readWhileStale(): Promise<void> {
    try {
      while (this.#stale) {
        this.#stale = false;
        await this.#read();
      }
    } finally {
      // Must run in the same step as the last check of `stale`: a call in between would wait for a read that has already ended.
      this.#reloading = undefined;
    }
  }

  async close(): Promise<void> {
    for (const stop of this.#stops) stop();
    await this.#restMeters(-Infinity).catch(() => {});
    await this.#reloading?.catch(() => {});
  }

  #expired(client: ClientRecord): boolean {
    return client.expiresAt !== undefined && client.expiresAt <= this.#deps.ports.clock.now();
  }

  #overBudget(client: ClientRecord): Failure | undefined {
    const { budget } = client;
    const spending = this.#spending.get(client.id);
    if (budget === undefined || spending === undefined) return undefined;
    return spending.recorded + spending.since < budget.limit ? undefined : this.#usedUp(client);
  }

  #usedUp({ budget }: ClientRecord): Failure | undefined {
    if (budget === undefined) return undefined;
    const until = budget.period === "total" ? {} : { until: this.#period(budget.period).endsAt };
    const message = `This client's ${budget.period} budget of ${budget.limit} ${budget.unit} is used up`;
    return {
      ...invalidRequest(message, { status: 429, code: "insufficient_quota" }),
      ...until,
    };
  }

  #overRate(client: ClientRecord): Failure | undefined {
    const limit = client.requestsPerMinute;
    if (limit === undefined) return undefined;
    const now = this.#deps.ports.clock.now();
    const calls = (this.#calls.get(client.id) ?? []).filter((at) => at > now - MINUTE_MS);
    this.#calls.set(client.id, calls);
    const processes = Math.max(1, this.#deps.store.config.current().processes.length);
    const share = Math.max(1, Math.floor(limit / processes));
    if (limit > 0 && calls.length < share) {
      calls.push(now);
      return undefined;
    }
    const message = `This client is limited to ${limit} requests a minute`;
    const until = (calls[0] ?? now) + MINUTE_MS;
    return { ...invalidRequest(message, { status: 429, code: "rate_limit_exceeded" }), until };
  }

  #period(period: "daily" | "weekly" | "monthly") {
    return capWindow(period, { resetTime: "00:00", timezone: "UTC" }, this.#deps.ports.clock.now());
  }

  #spend(record: CallRecord): void {
    const budget = this.#byId.get(record.client)?.budget;
    if (budget === undefined) return;
    const used = usedBy(
      record,
      budget.unit,
      (call) => this.#deps.ledger.prices.costOfCall(call) ?? USUAL_MICROS,
    );
    this.#meters.get(record.client)?.settle(record.id, used);
    const spending = this.#spending.get(record.client);
    if (spending !== undefined) spending.since += budget.unit === "usd" ? used / MICROS : used;
  }

  #take(clients: readonly ClientRecord[]): void {
    this.#clients = clients;
    this.#byHash = new Map(clients.map((client) => [client.hash, client]));
    this.#byId = new Map(clients.map((client) => [client.id, client]));
  }

  #reloadLogged(): void {
    this.reload().catch((error) =>
      this.#deps.ledger.log("warn", "config", `Clients could not be read: ${error}`)
    );
  }

  async #read(): Promise<void> {
    const { ports, ledger } = this.#deps;
    const readAt = ports.clock.now();
    this.#reloadAt = readAt + RELOAD_MS;
    await this.owner.reload();
    const budgeted = this.#clients.filter(({ budget }) => budget !== undefined);
    if (budgeted.length > 0) await ledger.flush();
    // Calls counted from here on are not in the ledger's sums below.
    const spending = new Map<ClientId, Spending>(budgeted.map(({ id }) => [id, { recorded: 0, since: 0 }]));
    const before = this.#spending;
    this.#spending = spending;
    await this.#restMeters(RELOAD_MS);
    for (const client of budgeted) {
      const own = spending.get(client.id);
      // Keeps the old sum until the new one is read.
      const old = before.get(client.id);
      if (own === undefined) continue;
      own.recorded = old === undefined ? 0 : old.recorded + old.since;
      own.recorded = await this.#used(client);
    }
    this.#readAt = readAt;
  }

  async #restMeters(idleMs: number): Promise<void> {
    const now = this.#deps.ports.clock.now();
    for (const [id, meter] of this.#meters) {
      await meter.rest(now, idleMs);
      if (!this.#byId.has(id)) this.#meters.delete(id);
    }
  }

  async #used(client: ClientRecord): Promise<number> {
    const { budget } = client;
    if (budget === undefined) return 0;
    const { ledger, ports } = this.#deps;
    const cells = budget.period === "total" ? await ledger.lifetime("client") : await ledger.totals({
      grain: "day",
      dim: "client",
      from: this.#period(budget.period).startsAt,
      to: ports.clock.now(),
    });
    const cell = cells.get(client.id);
    if (cell === undefined) return 0;
    if (budget.unit === "requests") return cell.requests;
    if (budget.unit === "tokens") return cell.totalTokens;
    return (cell.costMicros + cell.unpriced * USUAL_MICROS) / MICROS;
  }
}

/** Parts of the store that a meter needs: units of a window, never more than its limit in all. */
type BudgetSlices = Pick<Store, "takeSlice" | "returnSlice">;

interface BudgetWindow {
  /** Identifies the window among all budgets. */
  readonly name: string;
  readonly limit: number;
  readonly endsAt: number;
  /** Whether a call is one unit, so that its cost is known in advance. */
  readonly exact: boolean;
  /** Units used in the window before it had a record in the store. */
  readonly recorded: number;
}

/** Reservations that no record settles within this time count as spent. */
const LOST_MS = 3_600_000;
/**
 * So many calls' units are fetched ahead while the budget is far from used up: a commit for each call would cost
 * too much.
 */
const AHEAD = 10;

/**
 * One client's budget in its current window. Units are taken from the store before a call and settled after it,
 * so that concurrent calls, in any process, cannot exceed the limit together. Where a call's cost is known only
 * afterwards, the last call alone may exceed it.
 */
class BudgetMeter {
  readonly window: BudgetWindow;
  readonly #slices: BudgetSlices;
  /** Units in hand; negative when a call has cost more than was reserved. */
  #held = 0;
  #reserved = new Map<string, { readonly units: number; readonly at: number }>();
  /** The recent cost of a call, used as an estimate. */
  #usual: number;
  #turn: Promise<unknown> = Promise.resolve();
  #begun = false;
  #usedAt = 0;

  constructor(window: BudgetWindow, slices: BudgetSlices, usual: number) {
    this.window = window;
    this.#slices = slices;
    this.#usual = usual;
  }

  get name(): string {
    return this.window.name;
  }

  /** Reserves what a call may cost; false when the window is used up. */
  reserve(id: string, now: number): Promise<boolean> {
    // One at a time, so that not every waiting call asks the store for the last unit.
    const turn = this.#turn.then(() => this.#reserve(id, now));
    this.#turn = turn.catch(() => {});
    return turn;
  }

  /** Replaces a call's reservation by its real cost; `units` undefined returns all of it. */
  settle(id: string, units: number): void {
    const reserved = this.#reserved.get(id);
    if (reserved === undefined) return;
    this.#reserved.delete(id);
    this.#held += reserved.units - units;
    if (units > 0 && !this.window.exact) this.#usual = Math.max(units, this.#usual * 0.9);
  }

  /** Returns units that this process has not used for a while, so that other processes may have them. */
  async rest(now: number, idleMs: number): Promise<void> {
    for (const [id, { at }] of this.#reserved) if (at < now - LOST_MS) this.#reserved.delete(id);
    const unused = Math.floor(this.#held);
    if (unused <= 0 || now - this.#usedAt < idleMs) return;
    this.#held -= unused;
    await this.#slices.returnSlice(this.name, unused);
  }

  async #reserve(id: string, now: number): Promise<boolean> {
    this.#usedAt = now;
    await this.#begin();
    const wanted = this.window.exact ? 1 : this.#usual;
    if (this.#held < wanted) await this.#take(wanted);
    const least = this.window.exact ? 1 : Number.EPSILON;
    if (this.#held < least) return false;
    const units = Math.min(wanted, this.#held);
    this.#held -= units;
    this.#reserved.set(id, { units, at: now });
    return true;
  }

  async #take(wanted: number): Promise<void> {
    const { name, limit, endsAt, exact } = this.window;
    const missing = Math.ceil(wanted - this.#held);
    // A tenth of the limit at most, so that several processes share the rest of a window.
    const ahead = exact ? Math.min(AHEAD, Math.floor(limit / 20)) : 0;
    let { granted } = await this.#slices.takeSlice(name, missing + ahead, limit, endsAt);
    // Less may be left in the window than was asked for.
    if (granted === 0 && missing > 1) {
      const probe = await this.#slices.takeSlice(name, 1, limit, endsAt);
      granted = probe.granted;
    }
    this.#held += granted;
  }

  /** Creates the window's record with the use that the ledger already has. */
  async #begin(): Promise<void> {
    if (this.#begun) return;
    const { name, limit, endsAt, recorded } = this.window;
    const { taken } = await this.#slices.takeSlice(name, 0, limit, endsAt);
    if (taken === 0 && recorded > 0) {
      await this.#slices.takeSlice(name, Math.ceil(recorded), Math.max(limit, Math.ceil(recorded)), endsAt);
    }
    this.#begun = true;
  }
}

/** Units of a budget that a call has used, by its record. */
function usedBy(
  record: CallRecord,
  unit: "tokens" | "usd" | "requests",
  costOf: (record: CallRecord) => number,
): number {
  // Refused before Google was asked: nothing was used.
  if (record.outcome === "refused") return 0;
  if (unit === "requests") return 1;
  return unit === "tokens" ? record.usage?.totalTokens ?? 0 : costOf(record);
}
