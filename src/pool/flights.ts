import type { Clock, Failure, Random, Usage } from "../core/mod.ts";
import type { CapTake } from "./cap_gate.ts";
import type { Chooser, Pick } from "./chooser.ts";
import type { AttemptHistory, Lease, Need, PoolEvent, Verdict } from "./contract.ts";
import type { Effects, Flight } from "./effects.ts";
import { learnFromSuccess } from "./learning.ts";
import type { Bucket } from "./bucket.ts";
import type { CredentialEntry } from "./credential_entry.ts";
import { limitsRose } from "./moving_limits.ts";
import type { Probes } from "./probes.ts";
import type { Roster } from "./roster.ts";
import type { Suggestions } from "./suggestions.ts";
import { verdictOf } from "./verdict.ts";

export interface FlightsContext {
  readonly roster: Roster;
  readonly chooser: Chooser;
  readonly probes: Probes;
  readonly effects: Effects;
  readonly suggestions: Suggestions;
  readonly clock: Clock;
  readonly random: Random;
  readonly emit: (event: PoolEvent) => void;
  readonly hasFallback: (model: string) => boolean;
  readonly counted: (bucket: Bucket) => void;
  readonly learned: (what: Bucket | CredentialEntry) => void;
  /** Something may have become free. */
  readonly freed: () => void;
}

interface Open extends Flight {
  readonly need: Need;
  readonly exploring: boolean;
  readonly trial: boolean;
}

/** Takes slots and quota when a call starts, and gives back or settles them once when it ends. */
export class Flights {
  readonly #context: FlightsContext;
  #seq = 0;

  constructor(context: FlightsContext) {
    this.#context = context;
  }

  start(pick: Pick, need: Need, queuedMs: number, caps: CapTake): Lease {
    const { entry, node } = pick;
    const now = this.#context.clock.now();
    const open = this.#occupy(pick, need, now);
    const settle = this.#once(open, caps);
    return {
      kind: "lease",
      credential: entry.credential,
      bucket: node.bucket.id,
      queuedMs,
      note: pick.why,
      succeed: (usage) => void settle(() => this.#succeed(open, caps, usage)),
      fail: (failure, history) =>
        settle(() => this.#fail(open, caps, failure, history)) ??
          { next: "stop", delayMs: 0, note: "settled before" },
      [Symbol.dispose]: () => void settle(() => this.#abandon(open, caps)),
    };
  }

  #once(open: Open, _caps: CapTake): <Value>(action: () => Value) => Value | undefined {
    let done = false;
    return (action) => {
      if (done) return undefined;
      done = true;
      this.#vacate(open);
      const value = action();
      this.#context.freed();
      return value;
    };
  }

  #occupy(pick: Pick, need: Need, now: number): Open {
    const { roster, probes, counted } = this.#context;
    const { entry, node } = pick;
    const { bucket } = node;
    const exploring = need.counted && node.state === "explore";
    const trial = need.counted && bucket.halfOpen;
    entry.inFlight++;
    entry.lastUsed = now;
    entry.usedSeq = ++this.#seq;
    bucket.lastUsed = this.#seq;
    this.#shared(entry, need.model, 1);
    if (exploring) {
      bucket.exploring++;
      bucket.raiseSoft(now);
    }
    if (trial) bucket.trials++;
    const sent = need.counted ? bucket.window.add(now, need.inputTokens) : undefined;
    if (need.counted) {
      bucket.dayCount++;
      bucket.shared?.use(now);
      counted(bucket);
    }
    if (pick.probe !== undefined) probes.started(bucket.identity.unit, node, now);
    roster.refreshBucket(bucket, now);
    if (entry.inFlight >= entry.slots || entry.nodes.size > 1) roster.refreshEntry(entry, now);
    return {
      entry,
      bucket,
      model: need.model,
      sent,
      tokens: need.inputTokens,
      probe: pick.probe,
      need,
      exploring,
      trial,
    };
  }

  #vacate(open: Open): void {
    const { entry, bucket } = open;
    entry.inFlight--;
    this.#shared(entry, open.model, -1);
    if (open.exploring) bucket.exploring--;
    if (open.trial) bucket.trials--;
  }

  /** Counts the call at what its model and its way there share, where those are on trial. */
  #shared(entry: CredentialEntry, model: string, by: number): void {
    const { roster } = this.#context;
    (entry.endpoint ?? roster.endpoint(entry.source)).trials += by;
    roster.load(entry.source, model).inFlight += by;
  }

  #succeed(open: Open, caps: CapTake, usage: Usage | undefined): void {
    const { roster, probes, suggestions, emit } = this.#context;
    const { entry, bucket, sent } = open;
    const now = this.#context.clock.now();
    entry.requests++;
    if (entry.endpoint?.answer() ?? roster.endpoint(entry.source).answer()) {
      emit({ type: "recovered", scope: `endpoint:${entry.source}` });
    }
    if (roster.load(entry.source, open.model).success(now)) {
      emit({ type: "recovered", scope: `model:${open.model}` });
    }
    if (sent !== undefined) {
      if (usage !== undefined) bucket.window.settle(sent, usage.promptTokens);
      probes.counted(bucket.identity.unit, now);
      const raised = learnFromSuccess(bucket, sent, open.probe === "day", now);
      if (raised) limitsRose(roster, bucket, now);
      if (raised || open.probe === "day") this.#context.learned(bucket);
      if (open.probe !== undefined) probes.ended(bucket.identity.unit, raised, now);
      suggestions.served(bucket, sent.at, now);
    }
    caps.settle(usage);
    this.#refresh(open, now);
  }

  #fail(open: Open, caps: CapTake, failure: Failure, history: AttemptHistory): Verdict {
    const { probes, effects, random, hasFallback } = this.#context;
    const now = this.#context.clock.now();
    const note = effects.apply(open, failure, history, now);
    if (open.probe !== undefined) {
      const refused = failure.class === "rate_limit" || failure.class === "quota";
      probes.ended(open.bucket.identity.unit, refused ? false : undefined, now);
    }
    if (failure.class === "client_gone" || failure.class === "blocked") caps.settle();
    else caps.refund();
    this.#refresh(open, now);
    const facts = { otherFree: this.#otherFree(open, now), hasFallback: hasFallback(open.model) };
    return { ...verdictOf(failure, history, facts, random), note };
  }

  /** Never settled: the request may have reached Google, so it goes on counting. */
  #abandon(open: Open, caps: CapTake): void {
    caps.settle();
    if (open.probe !== undefined) {
      this.#context.probes.ended(open.bucket.identity.unit, undefined, this.#context.clock.now());
    }
    this.#refresh(open, this.#context.clock.now());
  }

  #refresh(open: Open, now: number): void {
    this.#context.roster.refreshBucket(open.bucket, now);
    this.#context.roster.refreshEntry(open.entry, now);
  }

  #otherFree(open: Open, now: number): boolean {
    const { roster, chooser } = this.#context;
    const need: Need = { ...open.need, tried: new Set([...open.need.tried, open.entry.id]) };
    return chooser.choose(roster.lane(open.model, now), need, now) !== undefined;
  }
}
