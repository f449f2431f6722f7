import { cpuOf } from "./child.ts";
import type { Contestant } from "./contestants.ts";
import { load } from "./load.ts";

/** The result of one contestant in one round. */
interface Round {
  readonly rate: number;
  readonly p50: number;
  readonly p99: number;
  /** Milliseconds of processor time of the server for one request; undefined where there is no /proc. */
  readonly cpuMs: number | undefined;
}

export interface Comparison {
  readonly contestant: Contestant;
  readonly rounds: readonly Round[];
}

export interface CompareOptions {
  readonly seconds: number;
  readonly rounds: number;
  readonly connections: number;
}

export interface CompareResult {
  readonly comparisons: readonly Comparison[];
  readonly requests: number;
  readonly failures: number;
}

/** Lets the contestants run in turns, so that a noisy machine disturbs all alike. */
export async function compare(
  contestants: readonly Contestant[],
  { seconds, rounds, connections }: CompareOptions,
): Promise<CompareResult> {
  const done = new Map<Contestant, Round[]>(contestants.map((one) => [one, []]));
  let requests = 0;
  let failures = 0;
  for (const one of contestants) await load(one.request, connections, 700);
  for (let round = 0; round < rounds; round++) {
    for (const one of contestants) {
      const before = await cpuOf(one.server.pid);
      const result = await load(one.request, connections, seconds * 1000);
      const after = await cpuOf(one.server.pid);
      const cpuMs = before === undefined || after === undefined
        ? undefined
        : (after - before) / Math.max(1, result.requests);
      done.get(one)!.push({ rate: result.rate, p50: result.p50, p99: result.p99, cpuMs });
      requests += result.requests;
      failures += result.failures;
    }
  }
  const comparisons = [...done].map(([contestant, rounds]) => ({ contestant, rounds }));
  return { comparisons, requests, failures };
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;
}

/**
 * A table of ratios to the bare pass-through, each the median of its rounds' own ratios: a round that the machine disturbed
 * disturbs both. Throughput and processor time are both told as "how much of the bare pass-through's speed", so more is better.
 */
export function table(title: string, { comparisons }: CompareResult): string {
  const reference = comparisons.find(({ contestant }) => contestant.name === "bare pass-through")!;
  const lines = comparisons.map(({ contestant, rounds }) => {
    const ratio = (of: (mine: Round, bare: Round) => number) =>
      median(rounds.map((round, index) => of(round, reference.rounds[index]!)));
    const cpu = ratio((mine, bare) => (bare.cpuMs ?? NaN) / (mine.cpuMs ?? NaN));
    return [
      `  ${contestant.name.padEnd(18)}`,
      `${median(rounds.map((round) => round.rate)).toFixed(0).padStart(6)}/s`,
      `throughput ${ratio((mine, bare) => mine.rate / bare.rate).toFixed(2)}`,
      `cpu ${(median(rounds.map((round) => round.cpuMs ?? NaN)) * 1000).toFixed(0).padStart(5)} us`,
      `cpu ratio ${cpu.toFixed(2)}`,
      `p50 x${ratio((mine, bare) => mine.p50 / bare.p50).toFixed(2)}`,
      `p99 x${ratio((mine, bare) => mine.p99 / bare.p99).toFixed(2)}`,
    ].join("  ");
  });
  return `\n${title}\n${lines.join("\n")}`;
}
