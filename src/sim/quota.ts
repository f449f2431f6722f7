import { nextPacificMidnight, pacificDayStart } from "./pacific_day.ts";
import type { QuotaKind, Violation } from "./quota_errors.ts";

/** Limits of one model in one project; a missing one is unlimited, 0 means not offered. */
export interface QuotaLimits {
  readonly rpm?: number;
  readonly tpm?: number;
  readonly rpd?: number;
  readonly tpd?: number;
}

const MINUTE_MS = 60_000;

interface Counted {
  readonly at: number;
  readonly tokens: number;
}

/** Counts the calls of one project x model: a minute (sliding or by the clock) and a Pacific day. */
export class QuotaCounter {
  readonly #window: "sliding" | "fixed";
  #minute: Counted[] = [];
  #dayStart = 0;
  #dayRequests = 0;
  #dayTokens = 0;

  constructor(window: "sliding" | "fixed") {
    this.#window = window;
  }

  /** Counts the call if every limit allows it; otherwise counts nothing and tells what is in the way. */
  take(limits: QuotaLimits, tokens: number, now: number, model: string): readonly Violation[] {
    this.#forget(now);
    const zero = zeroLimits(limits, model);
    if (zero.length > 0) return zero;
    const violations = this.#violations(limits, tokens, now, model);
    if (violations.length > 0) return violations;
    this.#minute.push({ at: now, tokens });
    this.#dayRequests++;
    this.#dayTokens += tokens;
    return [];
  }

  /** What is counted at `now`: for the control plane. */
  usage(
    now: number,
  ): { readonly rpm: number; readonly tpm: number; readonly rpd: number; readonly tpd: number } {
    this.#forget(now);
    return {
      rpm: this.#minute.length,
      tpm: sum(this.#minute),
      rpd: this.#dayRequests,
      tpd: this.#dayTokens,
    };
  }

  /** Sets what the day has counted so far, as if other clients of the project had called. */
  preset(now: number, requests: number): void {
    this.#forget(now);
    this.#dayRequests = requests;
  }

  #forget(now: number): void {
    const start = this.#window === "sliding" ? now - MINUTE_MS : Math.floor(now / MINUTE_MS) * MINUTE_MS - 1;
    let gone = 0;
    while (gone < this.#minute.length && (this.#minute[gone]?.at ?? now) <= start) gone++;
    if (gone > 0) this.#minute.splice(0, gone);
    const day = now < this.#dayStart + 20 * 3_600_000 && now >= this.#dayStart
      ? this.#dayStart
      : pacificDayStart(now);
    if (day === this.#dayStart) return;
    this.#dayStart = day;
    this.#dayRequests = 0;
    this.#dayTokens = 0;
  }

  #violations(limits: QuotaLimits, tokens: number, now: number, model: string): readonly Violation[] {
    const found: Violation[] = [];
    const add = (kind: QuotaKind, limit: number, retryMs: number): void =>
      void found.push({ kind, limit, model, retryMs });
    const { rpm, tpm, rpd, tpd } = limits;
    if (rpm !== undefined && this.#minute.length + 1 > rpm) {
      add("rpm", rpm, this.#freeIn(now, { requests: rpm }));
    }
    if (tpm !== undefined && sum(this.#minute) + tokens > tpm) {
      add("tpm", tpm, this.#freeIn(now, { tokens: tpm - tokens }));
    }
    const midnight = (): number => nextPacificMidnight(now) - now;
    if (rpd !== undefined && this.#dayRequests + 1 > rpd) add("rpd", rpd, midnight());
    if (tpd !== undefined && this.#dayTokens + tokens > tpd) add("tpd", tpd, midnight());
    return found;
  }

  /** Milliseconds until the minute has room for one more request, or at most `tokens` counted tokens. */
  #freeIn(now: number, room: { readonly requests?: number; readonly tokens?: number }): number {
    if (this.#window === "fixed") return MINUTE_MS - (now % MINUTE_MS);
    let requests = this.#minute.length;
    let tokens = sum(this.#minute);
    for (const counted of this.#minute) {
      requests--;
      tokens -= counted.tokens;
      const fits = (room.requests === undefined || requests < room.requests) &&
        (room.tokens === undefined || tokens <= room.tokens);
      if (fits) return counted.at + MINUTE_MS - now;
    }
    return MINUTE_MS;
  }
}

/** Google lists all three quotas when a model is not offered, whatever else is limited. */
function zeroLimits(limits: QuotaLimits, model: string): readonly Violation[] {
  const { rpm, tpm, rpd } = limits;
  if (rpm !== 0 && tpm !== 0 && rpd !== 0) return [];
  return (["tpm", "rpm", "rpd"] as const).map((kind) => ({ kind, limit: 0, model, retryMs: MINUTE_MS }));
}

function sum(entries: readonly Counted[]): number {
  let total = 0;
  for (const entry of entries) total += entry.tokens;
  return total;
}
