import { type Bucket } from "./bucket.ts";
import { countedByAccount } from "./bucket_state.ts";
import type { ProjectSuggestion } from "../contract.ts";
import type { PoolState } from "../candidates/pool_state.ts";
import { MINUTE } from "../tuning.ts";

interface Pair {
  votes: number;
  sums: number;
  stamps: number;
  days: number;
  contradictedAt: number;
}

const ENOUGH = 3;
const MAX_CANDIDATES = 40;
const MAX_PAIRS = 5_000;
const DAY_TOGETHER = 5 * MINUTE;

/**
 * Collects evidence that two keys belong to one project. It is shown but never acted upon, as equal limits look
 * alike.
 */
export class Suggestions {
  readonly #pairs = new Map<string, Pair>();
  /** The same pairs from each side. */
  readonly #partners = new Map<string, Map<Bucket, Pair>>();
  readonly #poolState: PoolState;

  constructor(poolState: PoolState) {
    this.#poolState = poolState;
  }

  /** Records a refusal that our own count does not explain, and looks for the key whose calls would explain it */
  refused(bucket: Bucket, sentAt: number, missing: number, until: number, now: number): void {
    const candidates = this.#others(bucket, now)
      .map((other) => ({ other, count: other.window.countAt(sentAt) }))
      .filter(({ count }) => count > 0 && count <= missing + 1);
    const singles = candidates.filter(({ count }) => Math.abs(count - missing) <= 1).map((
      { other },
    ) => [other]);
    const fits = [...singles, ...pairsThatFit(candidates, missing)];
    for (const fit of fits) for (const other of fit) this.#vote(bucket, other, fits.length, until);
  }

  /** Records a used-up day; two within minutes of each other are evidence. */
  dayOut(bucket: Bucket, now: number): void {
    for (const other of this.#others(bucket, now)) {
      const { block } = other;
      if (block?.kind === "day" && now - block.at < DAY_TOGETHER) {
        const pair = this.#pair(bucket, other);
        pair.days++;
        pair.votes += 0.5;
      }
    }
  }

  /** Records a success while another key was closed by a minute limit: they cannot be one project. */
  served(bucket: Bucket, sentAt: number, now: number): void {
    const partners = this.#partners.get(bucket.id);
    if (partners === undefined) return;
    for (const [other, pair] of partners) {
      const { resetEvidence: reset } = other;
      if (reset === undefined || reset.at >= sentAt || reset.until <= now || reset.until - reset.at < 1_500) {
        continue;
      }
      pair.contradictedAt = now;
      pair.votes = 0;
    }
  }

  list(): readonly ProjectSuggestion[] {
    const found: ProjectSuggestion[] = [];
    for (const [key, pair] of this.#pairs) {
      if (pair.votes < ENOUGH) continue;
      const credentials = key.split("\n").flatMap((id) => this.#credentialsOf(id));
      if (credentials.length >= 2) {
        found.push({ credentials, evidence: evidenceOf(pair), confidence: confidenceOf(pair) });
      }
    }
    return found.sort((a, b) => b.confidence - a.confidence).slice(0, 50);
  }

  #others(bucket: Bucket, now: number): readonly Bucket[] {
    const others: Bucket[] = [];
    for (const other of this.#poolState.buckets.values()) {
      if (other === bucket || !sameKind(bucket, other)) continue;
      if (now - (this.#pairs.get(keyOf(bucket, other))?.contradictedAt ?? -Infinity) < 30 * MINUTE) continue;
      others.push(other);
      if (others.length >= MAX_CANDIDATES) break;
    }
    return others;
  }

  #vote(bucket: Bucket, other: Bucket, rivals: number, until: number): void {
    const pair = this.#pair(bucket, other);
    pair.sums++;
    pair.votes += 1 / rivals;
    if (other.resetEvidence === undefined || Math.abs(other.resetEvidence.until - until) >= 400) return;
    pair.stamps++;
    pair.votes += 1 / rivals;
  }

  #pair(a: Bucket, b: Bucket): Pair {
    const key = keyOf(a, b);
    const known = this.#pairs.get(key);
    if (known !== undefined) return known;
    if (this.#pairs.size >= MAX_PAIRS) this.#forget();
    const pair: Pair = { votes: 0, sums: 0, stamps: 0, days: 0, contradictedAt: -Infinity };
    this.#pairs.set(key, pair);
    for (const [one, other] of [[a, b], [b, a]] as const) {
      const partners = this.#partners.get(one.id) ?? new Map<Bucket, Pair>();
      this.#partners.set(one.id, partners.set(other, pair));
    }
    return pair;
  }

  /** Drops weak evidence when there is too much of it. */
  #forget(): void {
    this.#pairs.clear();
    this.#partners.clear();
  }

  #credentialsOf(bucketId: string) {
    const bucket = this.#poolState.buckets.get(bucketId);
    if (bucket === undefined) return [];
    return [...this.#poolState.credentials.values()].filter((credentialState) =>
      credentialState.buckets.get(bucket.identity.unit) === bucket
    )
      .map((credentialState) => credentialState.id);
  }
}

function sameKind(a: Bucket, b: Bucket): boolean {
  return a.identity.unit === b.identity.unit && a.identity.source === b.identity.source &&
    b.identity.projectKind === "key" && !countedByAccount(b.identity.source) &&
    (a.rpm === undefined || b.rpm === undefined || a.rpm.value === b.rpm.value);
}

function pairsThatFit(
  candidates: readonly { readonly other: Bucket; readonly count: number }[],
  missing: number,
): Bucket[][] {
  const fits: Bucket[][] = [];
  candidates.forEach((a, i) => {
    for (const b of candidates.slice(i + 1)) {
      if (Math.abs(a.count + b.count - missing) <= 1) fits.push([a.other, b.other]);
    }
  });
  return fits;
}

function keyOf(a: Bucket, b: Bucket): string {
  return a.id < b.id ? `${a.id}\n${b.id}` : `${b.id}\n${a.id}`;
}

function evidenceOf(pair: Pair): string {
  const parts = [
    pair.sums > 0 ? `their counts added up to the limit at ${pair.sums} refusals` : "",
    pair.stamps > 0 ? `their limits reset at the same moment ${pair.stamps} times` : "",
    pair.days > 0 ? `their days were used up within five minutes ${pair.days} times` : "",
  ];
  return parts.filter((part) => part !== "").join("; ");
}

function confidenceOf(pair: Pair): number {
  return Math.round(100 * Math.min(0.95, 1 - 1 / (1 + pair.votes / 2))) / 100;
}
