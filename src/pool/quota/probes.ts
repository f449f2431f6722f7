import type { Candidate, ModelCandidates } from "../candidates/model_candidates.ts";
import { TUNING } from "../tuning.ts";

interface ProbeState {
  nextAt: number;
  interval: number;
  successes: number;
  /** True when another bucket of the model proved that limits were raised: the others are probed at once. */
  raised: boolean;
  pressedInterval: number;
  pressedAt: number;
  /** The start of the refusals that triggered the last probe. */
  answered: number;
  running: boolean;
  /** Time of the last scan for used-up days, done at most once a second. */
  scannedAt: number;
}

/** Decides when a call beyond a known limit is worth its risk: rarely, one at a time, and never without demand. */
export class Probes {
  readonly #units = new Map<string, ProbeState>();

  /** The kind of probe that the model may send now. */
  due(candidates: ModelCandidates, now: number): "limit" | "day" | undefined {
    const state = this.#state(candidates.unit, now);
    if (state.running) return undefined;
    if (now - state.scannedAt >= 1_000) {
      state.scannedAt = now;
      if (candidates.list.some((candidate) => dayProbeDue(candidate, now))) return "day";
    }
    if (
      state.raised ||
      (now >= state.pressedAt && pressed(candidates, state.successes, now)) ||
      (candidates.list[0]?.bucket.prior.refusingSince ?? 0) > state.answered ||
      candidates.list[0]?.bucket.prior.shift.wantsTest(now)
    ) return "limit";
    return now >= state.nextAt && state.successes >= TUNING.probeSuccesses ? "limit" : undefined;
  }

  /** Candidates worth a probe, the least recently probed first. */
  toProbe(candidates: ModelCandidates, kind: "limit" | "day", now: number): readonly Candidate[] {
    const fits = kind === "day" ? dayProbeDue : limitProbeFits;
    return candidates.list.filter((candidate) => fits(candidate, now)).sort((a, b) => order(a) - order(b))
      .slice(0, 8);
  }

  started(unit: string, candidate: Candidate, now: number): void {
    const state = this.#state(unit, now);
    state.running = true;
    const { refusingSince } = candidate.bucket.prior;
    // A new shortage: limits are probed more often again.
    if (refusingSince > state.answered) state.pressedInterval = TUNING.pressedInterval;
    state.answered = now;
    candidate.bucket.prior.shift.tested(now);
    candidate.bucket.probed(now);
    if (!this.#anyLeft(candidate.model, now)) state.raised = false;
  }

  counted(unit: string, now: number): void {
    this.#state(unit, now).successes++;
  }

  /** `raised`: the limit proved higher than known; undefined when the probe shows nothing. */
  ended(unit: string, raised: boolean | undefined, now: number): void {
    const state = this.#state(unit, now);
    state.running = false;
    if (raised === undefined) return;
    state.raised = raised;
    state.successes = 0;
    state.pressedInterval = raised
      ? TUNING.pressedInterval
      : Math.min(state.pressedInterval * 1.3, TUNING.pressedIntervalMax);
    state.pressedAt = now + state.pressedInterval;
    state.interval = raised
      ? TUNING.probeInterval
      : Math.min(state.interval * TUNING.probeGrowth, TUNING.probeIntervalMax);
    state.nextAt = now + state.interval;
  }

  #anyLeft(candidates: ModelCandidates, now: number): boolean {
    return candidates.list.some((candidate) =>
      limitProbeFits(candidate, now) && now - candidate.bucket.probedAt > TUNING.probeInterval
    );
  }

  #state(unit: string, now: number): ProbeState {
    let state = this.#units.get(unit);
    if (state === undefined) {
      const interval = TUNING.probeInterval;
      state = {
        nextAt: now + interval,
        interval,
        successes: 0,
        raised: false,
        running: false,
        scannedAt: 0,
        pressedInterval: TUNING.pressedInterval,
        pressedAt: 0,
        answered: 0,
      };
      this.#units.set(unit, state);
    }
    return state;
  }
}

/**
 * True when a probe is justified: refused calls are enough; for calls that only wait long, there must be some
 * successes.
 */
function pressed(candidates: ModelCandidates, successes: number, now: number): boolean {
  const prior = candidates.list[0]?.bucket.prior;
  if (prior === undefined) return false;
  return prior.refusingUntil > now || (prior.pressedUntil > now && successes >= TUNING.pressedSuccesses);
}

/** Sort key: inferred limits first, then the least recently probed. */
function order({ bucket }: Candidate): number {
  return bucket.isInferred && bucket.prior.shift.certain
    ? bucket.probedAt - Number.MAX_SAFE_INTEGER
    : bucket.probedAt;
}

function dayProbeDue(candidate: Candidate, now: number): boolean {
  return candidate.bucket.mayProbeDay(now);
}

/** True when it is at its known limit and nothing else blocks it. */
function limitProbeFits({ bucket }: Candidate, now: number): boolean {
  return bucket.mayProbeLimit(now);
}
