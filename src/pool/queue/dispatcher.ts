import type { Clock } from "../../core/mod.ts";
import { type CapGate, UNCAPPED } from "../caps/cap_gate.ts";
import type { Chooser } from "../candidates/chooser.ts";
import type { Lease, Need, PoolEvent, Shortage } from "../contract.ts";
import type { Flights } from "../leases/flights.ts";
import { Forecast } from "./forecast.ts";
import type { Lane } from "../candidates/lane.ts";
import { laneOf } from "../candidates/lane_name.ts";
import { callOf, finite, graceOf, isFree, type Joining, Line, PROMISE_MS, type Ticket } from "./line.ts";
import { type Hope, Outlook } from "./outlook.ts";
import type { Roster } from "../candidates/roster.ts";
import { shortageOf } from "./shortage.ts";
import { TUNING } from "../tuning.ts";
import type { WakeUp } from "../wake_up.ts";

export interface DispatcherContext {
  readonly roster: Roster;
  readonly chooser: Chooser;
  readonly flights: Flights;
  readonly caps: CapGate;
  readonly clock: Clock;
  readonly emit: (event: PoolEvent) => void;
  readonly wakeUp: WakeUp;
  readonly settings: { readonly queueMaxWait: number; readonly queueMaxLength: number };
}

/** Gives leases at once where it can, else lets calls wait fairly, waking exactly when something frees. */
export class Dispatcher {
  readonly #context: DispatcherContext;
  readonly #lines = new Map<string, Line>();
  readonly #outlook: Outlook;
  #closed = false;
  #waiting = 0;

  constructor(context: DispatcherContext) {
    this.#context = context;
    this.#outlook = new Outlook(context.roster, context.chooser, context.caps, new Forecast());
    context.wakeUp.listen(() => this.pump());
  }

  get length(): number {
    return this.#waiting;
  }

  oldestMs(now: number): number {
    let oldest = now;
    for (const line of this.#lines.values()) {
      for (const ticket of line.queue) oldest = Math.min(oldest, ticket.enqueuedAt);
    }
    return now - oldest;
  }

  /** The longest that a new call would wait in any line that has calls waiting. */
  longestWait(now: number): number {
    let longest = 0;
    for (const line of this.#lines.values()) {
      const [ticket] = line.queue;
      if (ticket === undefined) continue;
      const lane = this.#context.roster.lane(line, now);
      const { at } = this.#hope(line, lane, ticket.need, line.queue.length, now);
      if (at !== Infinity) longest = Math.max(longest, at - now);
    }
    return longest;
  }

  tryAcquire(need: Need): Lease | undefined {
    const { roster, clock } = this.#context;
    if (this.#closed) return undefined;
    const lane = roster.lane(need, clock.now());
    return this.#attempt(lane, need, 0, false);
  }

  /** Units of a cap that are on their way are waited for even by a call that may not queue: they take milliseconds. */
  acquire(need: Need, signal: AbortSignal, maxWaitMs: number): Promise<Lease | Shortage> {
    const fetching = this.#closed ? undefined : this.#context.caps.fetching(need);
    if (fetching === undefined) return this.#acquire(need, signal, maxWaitMs);
    return fetching.then(() => this.#acquire(need, signal, maxWaitMs));
  }

  #acquire(need: Need, signal: AbortSignal, maxWaitMs: number): Promise<Lease | Shortage> {
    if (signal.aborted) return Promise.reject(signal.reason);
    const now = this.#context.clock.now();
    if (this.#closed) {
      return Promise.resolve(shortageOf(need.model, { reason: "closed" }, undefined, now, []));
    }
    const lane = this.#context.roster.lane(need, now);
    const line = this.#line(need);
    if (line.queue.length === 0) {
      const lease = this.#attempt(lane, need, 0, false);
      if (lease !== undefined) return Promise.resolve(this.#relieved(line, lease));
    }
    const urgent = need.again === true || need.tried.size > 0 || line.promises.redeem(callOf(need), now);
    const ahead = urgent ? 0 : line.queue.ahead(need.client, need.session);
    const hope = this.#hope(line, lane, need, ahead, now);
    const patience = Math.min(maxWaitMs, this.#context.settings.queueMaxWait);
    const late = hope.at !== Infinity && hope.at > now + patience + graceOf(patience);
    if (!hope.hopeful || late) return Promise.resolve(this.#refuse(line, lane, need, hope.at, now));
    if (this.#waiting >= this.#context.settings.queueMaxLength) {
      return Promise.resolve(shortageOf(need.model, { reason: "queue" }, finite(hope.at), now, []));
    }
    return this.#enqueue(need, signal, { now, patience, urgent });
  }

  /** Milliseconds until a call with this need would be served; 0 when something is free, Infinity when nothing is known to free. */
  expectedWait(need: Need): number {
    const now = this.#context.clock.now();
    const lane = this.#context.roster.lane(need, now);
    const line = this.#line(need);
    const ahead = line.queue.ahead(need.client, need.session);
    if (ahead === 0 && this.#context.chooser.choose(lane, need, now) !== undefined) return 0;
    return Math.max(0, this.#hope(line, lane, need, ahead, now).at - now);
  }

  /** Serves whoever can be served now, in every line. */
  pump(): void {
    if (this.#waiting === 0) return;
    for (const line of [...this.#lines.values()]) this.#serve(line);
  }

  close(): void {
    this.#closed = true;
    const now = this.#context.clock.now();
    for (const line of this.#lines.values()) {
      line.cancelWake();
      for (const ticket of [...line.queue]) {
        this.#leave(line, ticket);
        ticket.resolve(shortageOf(line.model, { reason: "closed" }, undefined, now, []));
      }
    }
    this.#lines.clear();
  }

  #attempt(
    lane: Lane,
    need: Need,
    queuedMs: number,
    demand: boolean,
  ): Lease | undefined {
    const { chooser, flights, caps, clock } = this.#context;
    const pick = chooser.choose(lane, need, clock.now(), { demand });
    if (pick === undefined) return undefined;
    const take = need.counted ? caps.take(need, pick.entry.id) : UNCAPPED;
    if (take === "pending" || take.kind !== "taken") return undefined;
    return flights.start(pick, need, queuedMs, take);
  }

  /** The known times, with those who were told to come back; where the limits alone do not decide, the pace seen so far. */
  #hope(line: Line, lane: Lane, need: Need, ahead: number, now: number): Hope {
    const before = ahead === 0 ? 0 : ahead + line.promises.expected(now);
    const hope = this.#outlook.of(lane, need, before, now);
    const shared = lane.nodes[0]?.bucket.permits !== undefined;
    if (!hope.hopeful || (hope.at !== Infinity && !shared)) return hope;
    const byPace = line.byPace(before, now);
    return {
      ...hope,
      at: hope.at === Infinity || byPace === Infinity ? Math.min(hope.at, byPace) : Math.max(hope.at, byPace),
    };
  }

  #refuse(line: Line, lane: Lane, need: Need, at: number, now: number): Shortage {
    const until = finite(at);
    this.#pressed(lane, now, true);
    const shortage = this.#outlook.refusal(lane, need, until, now);
    if (line.exhaust(shortage.failure)) {
      this.#context.emit({ type: "exhausted", model: need.model, ...(until === undefined ? {} : { until }) });
    }
    if (until !== undefined && until - now < PROMISE_MS && shortage.failure.class === "rate_limit") {
      line.promises.make(callOf(need), until, now);
    }
    return shortage;
  }

  #enqueue(need: Need, signal: AbortSignal, how: Joining): Promise<Lease | Shortage> {
    const { now, patience, urgent } = how;
    const line = this.#line(need);
    return new Promise((resolve, reject) => {
      const leave = () => {
        if (this.#leave(line, ticket)) reject(signal.reason);
      };
      const ticket: Ticket = {
        client: need.client,
        session: need.session,
        cost: Math.max(1, need.inputTokens / TUNING.turnTokens),
        urgent,
        need,
        enqueuedAt: now,
        deadline: now + patience,
        graced: false,
        resolve,
        cancelTimer: this.#context.clock.after(patience, () => this.#expire(line, ticket)),
        stopListening: () => signal.removeEventListener("abort", leave),
      };
      signal.addEventListener("abort", leave, { once: true });
      line.queue.push(ticket);
      this.#waiting++;
      this.#serve(line);
    });
  }

  #expire(line: Line, ticket: Ticket): void {
    const { clock, roster } = this.#context;
    const now = clock.now();
    const lane = roster.lane(line, now);
    const ahead = Math.max(0, line.queue.ahead(ticket.client, ticket.session) - 1);
    const { at } = this.#hope(line, lane, ticket.need, ahead, now);
    const last = ticket.deadline + graceOf(ticket.deadline - ticket.enqueuedAt);
    if (!ticket.graced && at < last) {
      ticket.graced = true;
      ticket.cancelTimer = clock.after(last - now, () => this.#expire(line, ticket));
      return;
    }
    if (!this.#leave(line, ticket)) return;
    ticket.resolve(this.#refuse(line, lane, ticket.need, at, now));
  }

  #leave(line: Line, ticket: Ticket): boolean {
    if (!line.queue.remove(ticket)) return false;
    this.#part(ticket);
    return true;
  }

  #part(ticket: Ticket): void {
    this.#waiting--;
    ticket.cancelTimer();
    ticket.stopListening();
  }

  #serve(line: Line): void {
    const { roster, clock } = this.#context;
    while (line.queue.length > 0) {
      const now = clock.now();
      const lane = roster.lane(line, now);
      if (!this.#serveOne(line, lane, now)) {
        this.#sleep(line, lane, now);
        return;
      }
    }
    line.cancelWake();
    line.wakeAt = Infinity;
  }

  /** Tries the heads in their order; those bound to a key or with many tokens must not hold up the rest. */
  #serveOne(line: Line, lane: Lane, now: number): boolean {
    let tries = 0;
    for (const ticket of line.queue.heads()) {
      const lease = this.#attempt(lane, ticket.need, now - ticket.enqueuedAt, tries === 0);
      if (lease !== undefined) {
        if (now - ticket.enqueuedAt > TUNING.pressureWait) this.#pressed(lane, now);
        line.queue.serve(ticket);
        line.served(now);
        this.#part(ticket);
        ticket.resolve(lease);
        return true;
      }
      if (this.#refuseCapped(line, lane, ticket, now)) return true;
      if (++tries >= 64 || (isFree(ticket.need) && lane.nothingOpen)) return false;
    }
    return false;
  }

  #pressed(lane: Lane, now: number, refusing = false): void {
    for (const { bucket: { prior } } of lane.nodes.slice(0, 64)) {
      prior.press(refusing, now);
    }
  }

  /** Something was free at once: if the model had been out, it is back. */
  #relieved(line: Line, lease: Lease): Lease {
    if (line.relieve()) this.#context.emit({ type: "recovered", scope: `model:${line.model}` });
    return lease;
  }

  /** A cap ran out while the call waited: waiting on would not help it. */
  #refuseCapped(line: Line, lane: Lane, ticket: Ticket, now: number): boolean {
    const stop = this.#context.caps.stop(ticket.need);
    if (stop === undefined || !this.#leave(line, ticket)) return false;
    ticket.resolve(this.#refuse(line, lane, ticket.need, stop.until, now));
    return true;
  }

  #sleep(line: Line, lane: Lane, now: number): void {
    const wakeAt = Math.max(this.#outlook.nextChange(lane, now), now + 1);
    if (wakeAt === line.wakeAt) return;
    line.cancelWake();
    line.wakeAt = wakeAt;
    line.cancelWake = wakeAt === Infinity ? () => {} : this.#context.clock.after(wakeAt - now, () => {
      line.wakeAt = Infinity;
      this.#serve(line);
    });
  }

  #line(need: Pick<Need, "model" | "operation">): Line {
    const name = laneOf(need);
    let line = this.#lines.get(name);
    if (line === undefined) {
      line = new Line(need.model, need.operation);
      this.#lines.set(name, line);
    }
    return line;
  }
}
