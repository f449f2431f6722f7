import type { SourceName } from "../../core/mod.ts";
import type { Bucket } from "../quota/bucket.ts";
import type { ModelCandidates } from "../candidates/model_candidates.ts";
import { MINUTE } from "../tuning.ts";

const FRESH_MS = 200;
const MAX_NODES = 2_000;

interface Openings {
  readonly at: number;
  /** Times in the coming minute at which one more call can be sent, in order. */
  readonly openings: readonly number[];
  /** First opening after that minute; Infinity when none is known. */
  readonly late: number;
}

/** Predicts when the n-th waiting call of a model can be sent, by the known limits. */
export class CapacityForecast {
  readonly #openings = new WeakMap<ModelCandidates, Map<string, Openings>>();

  /** Epoch milliseconds for the call behind `ahead` others; Infinity when no opening is known. */
  at(candidates: ModelCandidates, sources: readonly SourceName[], ahead: number, now: number): number {
    const { openings, late } = this.#openingsOf(candidates, sources, now);
    if (openings.length === 0) return late;
    const cycles = Math.floor(ahead / openings.length);
    return (openings[ahead % openings.length] ?? now) + cycles * MINUTE;
  }

  #openingsOf(candidates: ModelCandidates, sources: readonly SourceName[], now: number): Openings {
    const key = sources.join();
    const known = this.#openings.get(candidates) ?? new Map<string, Openings>();
    this.#openings.set(candidates, known);
    const cached = known.get(key);
    if (cached !== undefined && now - cached.at < FRESH_MS) return cached;
    const found = look(candidates, sources, now);
    known.set(key, found);
    return found;
  }
}

function look(candidates: ModelCandidates, sources: readonly SourceName[], now: number): Openings {
  const openings: number[] = [];
  const seen = new Set<Bucket>();
  let late = Infinity;
  for (const candidate of candidates.list.slice(0, MAX_NODES)) {
    if (seen.has(candidate.bucket) || !sources.includes(candidate.group.source)) continue;
    if (!candidate.members.some((one) => one.usable)) continue;
    seen.add(candidate.bucket);
    const times = openingsOf(
      candidate.bucket,
      Math.max(now, candidate.state === "closed" ? memberFloor(candidate) : now),
      now,
    );
    for (const time of times) {
      if (time - now < MINUTE) openings.push(time);
      else late = Math.min(late, time);
    }
  }
  return { at: now, openings: openings.sort((a, b) => a - b), late };
}

/** When a candidate that is closed although its bucket is open gets a free credential. */
function memberFloor(candidate: ModelCandidates["list"][number]): number {
  return candidate.bucket.state === "closed" || candidate.until === Infinity ? 0 : candidate.until;
}

/** A bucket's openings in one cycle: those free at `from`, then one for each call that leaves the window. */
function openingsOf(bucket: Bucket, from: number, now: number): number[] {
  const { block } = bucket;
  const limit = Math.min(bucket.paceLimit, 2_000);
  const start = Math.max(from, block?.until ?? 0);
  const dayLeft = bucket.rpd === undefined ? Infinity : bucket.rpd.value - bucket.day.used;
  if (dayLeft <= 0) return [bucket.day.endsAt];
  const expiries = bucket.window.expiries();
  const times = Array.from({ length: Math.max(0, limit - expiries.length) }, () => start);
  for (const time of expiries.slice(Math.max(0, expiries.length - limit))) times.push(Math.max(time, start));
  if (times.length === 0) times.push(now + MINUTE);
  return times.slice(0, dayLeft);
}
