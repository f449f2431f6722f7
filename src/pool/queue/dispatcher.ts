import type { Clock } from "../../core/mod.ts";
import type { Chooser } from "../candidates/chooser.ts";
import type { Lease, LeaseRequest, PoolEvent, Shortage } from "../contract.ts";
import type { LeaseManager } from "../leases/lease_manager.ts";
import { CapacityForecast } from "./capacity_forecast.ts";
import type { ModelCandidates } from "../candidates/model_candidates.ts";
import { modelKeyOf } from "../candidates/model_key.ts";
import {
  callOf,
  finite,
  graceOf,
  isFree,
  type Joining,
  RESERVATION_MS,
  type Waiter,
  WaitQueue,
} from "./wait_queue.ts";
import { type WaitEstimate, WaitEstimator } from "./wait_estimator.ts";
import type { PoolState } from "../candidates/pool_state.ts";
import { type CapGate, shortageOf, UNCAPPED } from "./shortage.ts";
import { TUNING } from "../tuning.ts";
import type { WakeUp } from "../wake_up.ts";

export interface DispatcherContext {
  readonly poolState: PoolState;
  readonly chooser: Chooser;
  readonly leases: LeaseManager;
  readonly caps: CapGate;
  readonly clock: Clock;
  readonly emit: (event: PoolEvent) => void;
  readonly wakeUp: WakeUp;
  readonly settings: { readonly queueMaxWait: number; readonly queueMaxLength: number };
}

/** Gives leases at once where it can, else queues calls fairly and wakes them exactly when something frees. */
export class Dispatcher {
  readonly #context: DispatcherContext;
  readonly #queues = new Map<string, WaitQueue>();
  readonly #estimator: WaitEstimator;
  #closed = false;
  #waiting = 0;

  constructor(context: DispatcherContext) {
    this.#context = context;
    this.#estimator = new WaitEstimator(
      context.poolState,
      context.chooser,
      context.caps,
      new CapacityForecast(),
    );
    context.wakeUp.listen(() => this.pump());
  }

  get length(): number {
    return this.#waiting;
  }

  oldestMs(now: number): number {
    let oldest = now;
    for (const line of this.#queues.values()) {
      for (const waiter of line.queue) oldest = Math.min(oldest, waiter.enqueuedAt);
    }
    return now - oldest;
  }

  /** The longest wait of a new call in any queue that has waiting calls. */
  longestWait(now: number): number {
    let longest = 0;
    for (const line of this.#queues.values()) {
      const [waiter] = line.queue;
      if (waiter === undefined) continue;
      const candidates = this.#context.poolState.candidates(line, now);
      const { at } = this.#estimate(line, candidates, waiter.request, line.queue.length, now);
      if (at !== Infinity) longest = Math.max(longest, at - now);
    }
    return longest;
  }

  tryAcquire(request: LeaseRequest): Lease | undefined {
    const { poolState, clock } = this.#context;
    if (this.#closed) return undefined;
    const candidates = poolState.candidates(request, clock.now());
    return this.#attempt(candidates, request, 0, false);
  }

  /** Even a call that may not queue waits for units of a cap that are being fetched: they take milliseconds. */
  acquire(request: LeaseRequest, signal: AbortSignal, maxWaitMs: number): Promise<Lease | Shortage> {
    const fetching = this.#closed ? undefined : this.#context.caps.fetching(request);
    if (fetching === undefined) return this.#acquire(request, signal, maxWaitMs);
    return fetching.then(() => this.#acquire(request, signal, maxWaitMs));
  }

  #acquire(request: LeaseRequest, signal: AbortSignal, maxWaitMs: number): Promise<Lease | Shortage> {
    if (signal.aborted) return Promise.reject(signal.reason);
    const now = this.#context.clock.now();
    if (this.#closed) {
      return Promise.resolve(shortageOf(request.model, { reason: "closed" }, undefined, now, []));
    }
    const candidates = this.#context.poolState.candidates(request, now);
    const line = this.#queueFor(request);
    if (line.queue.length === 0) {
      const lease = this.#attempt(candidates, request, 0, false);
      if (lease !== undefined) return Promise.resolve(this.#relieved(line, lease));
    }
    const urgent = request.again === true || request.tried.size > 0 ||
      line.reservations.claim(callOf(request), now);
    const ahead = urgent ? 0 : line.queue.ahead(request.client, request.session);
    const estimate = this.#estimate(line, candidates, request, ahead, now);
    const patience = Math.min(maxWaitMs, this.#context.settings.queueMaxWait);
    const late = estimate.at !== Infinity && estimate.at > now + patience + graceOf(patience);
    if (!estimate.possible || late) {
      return Promise.resolve(this.#refuse(line, candidates, request, estimate.at, now));
    }
    if (this.#waiting >= this.#context.settings.queueMaxLength) {
      return Promise.resolve(shortageOf(request.model, { reason: "queue" }, finite(estimate.at), now, []));
    }
    return this.#enqueue(request, signal, { now, patience, urgent });
  }

  /** Milliseconds until such a call would be served; 0 when a key is free, Infinity when no opening is known. */
  expectedWait(request: LeaseRequest): number {
    const now = this.#context.clock.now();
    const candidates = this.#context.poolState.candidates(request, now);
    const line = this.#queueFor(request);
    const ahead = line.queue.ahead(request.client, request.session);
    if (ahead === 0 && this.#context.chooser.choose(candidates, request, now) !== undefined) return 0;
    return Math.max(0, this.#estimate(line, candidates, request, ahead, now).at - now);
  }

  /** Serves every waiting call that can be served now, in every queue. */
  pump(): void {
    if (this.#waiting === 0) return;
    for (const line of [...this.#queues.values()]) this.#serve(line);
  }

  close(): void {
    this.#closed = true;
    const now = this.#context.clock.now();
    for (const line of this.#queues.values()) {
      line.cancelWake();
      for (const waiter of [...line.queue]) {
        this.#leave(line, waiter);
        waiter.resolve(shortageOf(line.model, { reason: "closed" }, undefined, now, []));
      }
    }
    this.#queues.clear();
  }

  #attempt(
    candidates: ModelCandidates,
    request: LeaseRequest,
    queuedMs: number,
    demand: boolean,
  ): Lease | undefined {
    const { chooser, leases, caps, clock } = this.#context;
    const pick = chooser.choose(candidates, request, clock.now(), { demand });
    if (pick === undefined) return undefined;
    const take = request.counted ? caps.take(request, pick.credentialState.id) : UNCAPPED;
    if (take === "pending" || take.kind !== "taken") return undefined;
    return leases.start(pick, request, queuedMs, take);
  }

  /** The estimate from known times and retry reservations; where limits alone do not decide, from the observed pace. */
  #estimate(
    line: WaitQueue,
    candidates: ModelCandidates,
    request: LeaseRequest,
    ahead: number,
    now: number,
  ): WaitEstimate {
    const before = ahead === 0 ? 0 : ahead + line.reservations.expected(now);
    const estimate = this.#estimator.of(candidates, request, before, now);
    const shared = candidates.list[0]?.bucket.permits !== undefined;
    if (!estimate.possible || (estimate.at !== Infinity && !shared)) return estimate;
    const byPace = line.byPace(before, now);
    return {
      ...estimate,
      at: estimate.at === Infinity || byPace === Infinity
        ? Math.min(estimate.at, byPace)
        : Math.max(estimate.at, byPace),
    };
  }

  #refuse(
    line: WaitQueue,
    candidates: ModelCandidates,
    request: LeaseRequest,
    at: number,
    now: number,
  ): Shortage {
    const until = finite(at);
    this.#pressed(candidates, now, true);
    const shortage = this.#estimator.refusal(candidates, request, until, now);
    if (line.exhaust(shortage.failure)) {
      this.#context.emit({
        type: "exhausted",
        model: request.model,
        ...(until === undefined ? {} : { until }),
      });
    }
    if (until !== undefined && until - now < RESERVATION_MS && shortage.failure.class === "rate_limit") {
      line.reservations.make(callOf(request), until, now);
    }
    return shortage;
  }

  #enqueue(request: LeaseRequest, signal: AbortSignal, how: Joining): Promise<Lease | Shortage> {
    const { now, patience, urgent } = how;
    const line = this.#queueFor(request);
    return new Promise((resolve, reject) => {
      const leave = () => {
        if (this.#leave(line, waiter)) reject(signal.reason);
      };
      const waiter: Waiter = {
        client: request.client,
        session: request.session,
        cost: Math.max(1, request.inputTokens / TUNING.turnTokens),
        urgent,
        request,
        enqueuedAt: now,
        deadline: now + patience,
        graced: false,
        resolve,
        cancelTimer: this.#context.clock.after(patience, () => this.#expire(line, waiter)),
        stopListening: () => signal.removeEventListener("abort", leave),
      };
      signal.addEventListener("abort", leave, { once: true });
      line.queue.push(waiter);
      this.#waiting++;
      this.#serve(line);
    });
  }

  #expire(line: WaitQueue, waiter: Waiter): void {
    const { clock, poolState } = this.#context;
    const now = clock.now();
    const candidates = poolState.candidates(line, now);
    const ahead = Math.max(0, line.queue.ahead(waiter.client, waiter.session) - 1);
    const { at } = this.#estimate(line, candidates, waiter.request, ahead, now);
    const last = waiter.deadline + graceOf(waiter.deadline - waiter.enqueuedAt);
    if (!waiter.graced && at < last) {
      waiter.graced = true;
      waiter.cancelTimer = clock.after(last - now, () => this.#expire(line, waiter));
      return;
    }
    if (!this.#leave(line, waiter)) return;
    waiter.resolve(this.#refuse(line, candidates, waiter.request, at, now));
  }

  #leave(line: WaitQueue, waiter: Waiter): boolean {
    if (!line.queue.remove(waiter)) return false;
    this.#part(waiter);
    return true;
  }

  #part(waiter: Waiter): void {
    this.#waiting--;
    waiter.cancelTimer();
    waiter.stopListening();
  }

  #serve(line: WaitQueue): void {
    const { poolState, clock } = this.#context;
    while (line.queue.length > 0) {
      const now = clock.now();
      const candidates = poolState.candidates(line, now);
      if (!this.#serveOne(line, candidates, now)) {
        this.#sleep(line, candidates, now);
        return;
      }
    }
    line.cancelWake();
    line.wakeAt = Infinity;
  }

  /** Tries the heads in order; calls bound to a key or with many tokens must not block the rest. */
  #serveOne(line: WaitQueue, candidates: ModelCandidates, now: number): boolean {
    let tries = 0;
    for (const waiter of line.queue.heads()) {
      const lease = this.#attempt(candidates, waiter.request, now - waiter.enqueuedAt, tries === 0);
      if (lease !== undefined) {
        if (now - waiter.enqueuedAt > TUNING.pressureWait) this.#pressed(candidates, now);
        line.queue.serve(waiter);
        line.served(now);
        this.#part(waiter);
        waiter.resolve(lease);
        return true;
      }
      if (this.#refuseCapped(line, candidates, waiter, now)) return true;
      if (++tries >= 64 || (isFree(waiter.request) && candidates.nothingOpen)) return false;
    }
    return false;
  }

  #pressed(candidates: ModelCandidates, now: number, refusing = false): void {
    for (const { bucket: { prior } } of candidates.list.slice(0, 64)) {
      prior.press(refusing, now);
    }
  }

  /** Records that the model, if it was exhausted, can be served again. */
  #relieved(line: WaitQueue, lease: Lease): Lease {
    if (line.relieve()) this.#context.emit({ type: "recovered", scope: `model:${line.model}` });
    return lease;
  }

  /** Refuses a waiting call whose cap ran out: further waiting would not help. */
  #refuseCapped(line: WaitQueue, candidates: ModelCandidates, waiter: Waiter, now: number): boolean {
    const stop = this.#context.caps.stop(waiter.request);
    if (stop === undefined || !this.#leave(line, waiter)) return false;
    waiter.resolve(this.#refuse(line, candidates, waiter.request, stop.until, now));
    return true;
  }

  #sleep(line: WaitQueue, candidates: ModelCandidates, now: number): void {
    const wakeAt = Math.max(this.#estimator.nextChange(candidates, now), now + 1);
    if (wakeAt === line.wakeAt) return;
    line.cancelWake();
    line.wakeAt = wakeAt;
    line.cancelWake = wakeAt === Infinity ? () => {} : this.#context.clock.after(wakeAt - now, () => {
      line.wakeAt = Infinity;
      this.#serve(line);
    });
  }

  #queueFor(request: Pick<LeaseRequest, "model" | "operation">): WaitQueue {
    const name = modelKeyOf(request);
    let line = this.#queues.get(name);
    if (line === undefined) {
      line = new WaitQueue(request.model, request.operation);
      this.#queues.set(name, line);
    }
    return line;
  }
}
