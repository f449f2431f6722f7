import type { Clock } from "../../core/mod.ts";
import { isObject } from "../../core/mod.ts";
import type { CapRecord, CapSchedule } from "../../store/contract.ts";
import { CapMeter, type SliceSource } from "./cap_meter.ts";
import type { LeaseRequest, PoolEvent } from "../contract.ts";
import type { PoolLog, PoolStore } from "../options.ts";
import { type CapGate, type CapStop, type CapTake, UNCAPPED } from "../queue/shortage.ts";
import { TUNING } from "../tuning.ts";

/** The progress of a cap, for the API and the dashboard. Times are epoch milliseconds. */
export interface CapProgress {
  readonly model: string;
  readonly limit: number;
  readonly unit: "requests" | "tokens";
  readonly used: number;
  readonly percentage: number;
  readonly period: CapRecord["period"];
  readonly resetsAt: number;
  readonly startedAt: number;
  readonly action: CapRecord["action"];
  readonly alertThreshold: number;
  readonly perCredential: Readonly<Record<string, number>>;
}

export interface CapsContext {
  readonly store: PoolStore;
  readonly clock: Clock;
  readonly emit: (event: PoolEvent) => void;
  readonly log: PoolLog;
  readonly unitOf: (model: string) => string;
  readonly live: () => number;
  /** Called when units have arrived, so that waiting calls can be served. */
  readonly freed: () => void;
  /** Only reads the use. */
  readonly visitor?: boolean;
}

const RECORD = "cap:";

/** The user's caps: exact over all processes and crashes, because no unit is spent that was not taken from the window first. */
export class Caps implements CapGate {
  readonly #context: CapsContext;
  readonly #meters = new Map<string, CapMeter>();
  readonly #dirty = new Set<CapMeter>();
  #cancelSave: (() => void) | undefined;

  constructor(context: CapsContext) {
    this.#context = context;
  }

  /** Reads the caps and their schedule, and fetches units for changed and new ones. */
  async load(): Promise<void> {
    const { store, clock } = this.#context;
    const { caps, schedule } = store.config.current();
    const records = caps.filter((record) => record.enabled);
    const wanted = new Set(records.map((record) => record.model));
    for (const [model, meter] of this.#meters) if (!wanted.has(model)) await this.#drop(model, meter);
    for (const record of records) {
      const known = this.#meters.get(record.model);
      if (known !== undefined && sameCap(known, record, schedule)) continue;
      const meter = new CapMeter(
        record,
        schedule,
        clock.now(),
        this.#slices(),
        (one, change) => this.#changed(one, change),
      );
      // Replaced in one step, so that the cap is always enforced, also after a failure.
      this.#meters.set(record.model, meter);
      if (known !== undefined) await known.handBack(clock.now(), -Infinity);
      await this.#restore(meter);
      await meter.fetch(1, clock.now());
    }
    this.#context.freed();
  }

  take(request: LeaseRequest, credential: string): CapTake | CapStop | "pending" {
    if (this.#meters.size === 0) return UNCAPPED;
    const meters = this.#covering(request);
    const now = this.#context.clock.now();
    for (const meter of meters) {
      const cost = meter.costOf(request);
      if (meter.stopped(cost, now)) return stopOf(meter);
      if (meter.has(cost, now)) continue;
      void meter.fetch(cost, now).then(() => this.#context.freed());
      return "pending";
    }
    const spent = meters.map((meter) => {
      const cost = meter.costOf(request);
      meter.spend(cost, credential, now);
      return { meter, cost, window: meter.window };
    });
    return {
      kind: "taken",
      settle: (usage) =>
        spent.forEach(({ meter, cost, window }) => meter.settle(window, cost, credential, usage)),
      refund: () => spent.forEach(({ meter, cost, window }) => meter.refund(window, cost, credential)),
    };
  }

  stop(request: LeaseRequest): CapStop | undefined {
    if (!request.counted || this.#meters.size === 0) return undefined;
    const now = this.#context.clock.now();
    const stopped = this.#covering(request).find((meter) => meter.stopped(meter.costOf(request), now));
    return stopped === undefined ? undefined : stopOf(stopped);
  }

  fetching(request: LeaseRequest): Promise<void> | undefined {
    if (!request.counted || this.#meters.size === 0) return undefined;
    const now = this.#context.clock.now();
    const short = this.#covering(request).filter((meter) => {
      const cost = meter.costOf(request);
      return !meter.stopped(cost, now) && !meter.has(cost, now);
    });
    if (short.length === 0) return undefined;
    return Promise.all(short.map((meter) => meter.fetch(meter.costOf(request), now))).then(() =>
      this.#context.freed()
    );
  }

  /** The cap of a model, or of its quota group, that is used up; undefined while there is room. */
  usedUp(model: string): CapStop | undefined {
    const now = this.#context.clock.now();
    for (const name of new Set([model, this.#context.unitOf(model)])) {
      const meter = this.#meters.get(name);
      meter?.roll(now);
      if (meter !== undefined && meter.used >= meter.record.limit) return stopOf(meter);
    }
    return undefined;
  }

  progress(): readonly CapProgress[] {
    const now = this.#context.clock.now();
    return [...this.#meters.values()].map((meter) => {
      meter.roll(now);
      const { model, limit, unit, period, action, alertThreshold } = meter.record;
      const { used } = meter;
      const percentage = limit > 0 ? Math.round(1000 * used / limit) / 10 : 100;
      const { startsAt: startedAt, endsAt: resetsAt } = meter.window;
      const perCredential = Object.fromEntries(meter.perCredential);
      return {
        model,
        limit,
        unit,
        used,
        percentage,
        period,
        resetsAt,
        startedAt,
        action,
        alertThreshold,
        perCredential,
      };
    });
  }

  /** Returns idle units while other processes run. */
  async handBackIdle(idleMs: number): Promise<void> {
    for (const meter of this.#meters.values()) await meter.handBack(this.#context.clock.now(), idleMs);
  }

  async close(): Promise<void> {
    this.#cancelSave?.();
    await this.handBackIdle(-1);
    for (const meter of this.#meters.values()) this.#dirty.add(meter);
    await this.#save();
  }

  #covering(request: LeaseRequest): CapMeter[] {
    if (this.#meters.size === 0) return [];
    const names = new Set([request.model, this.#context.unitOf(request.model), `client:${request.client}`]);
    return [...names].flatMap((name) => this.#meters.get(name) ?? []);
  }

  #slices(): SliceSource {
    const { store, live, visitor } = this.#context;
    return {
      take: (window, want, limit, expiresAt) =>
        store.takeSlice(window, visitor === true ? 0 : want, limit, expiresAt),
      giveBack: (window, unused) => store.returnSlice(window, unused),
      inHand: (window, units) => store.noteInHand(window, units),
      live,
    };
  }

  async #drop(model: string, meter: CapMeter): Promise<void> {
    this.#meters.delete(model);
    await meter.handBack(this.#context.clock.now(), -Infinity);
  }

  async #restore(meter: CapMeter): Promise<void> {
    const record = await this.#context.store.poolState.get(RECORD + meter.record.model);
    if (record?.["window"] !== meter.name) return;
    const counts = record["perCredential"];
    if (isObject(counts)) {
      for (const [id, used] of Object.entries(counts)) {
        if (typeof used === "number") meter.perCredential.set(id, used);
      }
    }
    meter.warned = record["warned"] === true && record["limit"] === meter.record.limit;
    meter.exceeded = record["exceeded"] === true && record["limit"] === meter.record.limit;
  }

  #changed(
    meter: CapMeter,
    change?: { readonly kind: "cap-warning" | "cap-exceeded"; readonly used: number },
  ): void {
    const { model, limit } = meter.record;
    if (this.#context.visitor === true) return;
    if (change !== undefined) this.#context.emit({ type: change.kind, cap: model, used: change.used, limit });
    this.#dirty.add(meter);
    this.#cancelSave ??= this.#context.clock.after(TUNING.countSaveDelay, () => {
      this.#cancelSave = undefined;
      this.#save().catch((problem) =>
        this.#context.log("warn", "Could not save the caps' counts.", { problem: String(problem) })
      );
    });
  }

  async #save(): Promise<void> {
    const meters = [...this.#dirty];
    this.#dirty.clear();
    for (const meter of meters) {
      const { warned, exceeded, name: window, record: { limit } } = meter;
      const perCredential = Object.fromEntries(meter.perCredential);
      const at = this.#context.clock.now();
      await this.#context.store.poolState.put(RECORD + meter.record.model, {
        v: 1,
        at,
        window,
        limit,
        warned,
        exceeded,
        perCredential,
      });
    }
  }
}

function stopOf(meter: CapMeter): CapStop {
  const { model, limit, action } = meter.record;
  // A cap of 0 lets nothing through in the next period either.
  const until = limit === 0 ? Infinity : meter.window.endsAt;
  return { kind: "stop", cap: model, until, action, limit };
}

function sameCap(meter: CapMeter, record: CapRecord, schedule: CapSchedule): boolean {
  return meter.record.updatedAt === record.updatedAt && meter.record.limit === record.limit &&
    meter.schedule.resetTime === schedule.resetTime && meter.schedule.timezone === schedule.timezone;
}
