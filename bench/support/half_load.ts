import type { Contestant } from "./contestants.ts";
import { median } from "./compare.ts";
import { load } from "./load.ts";

export interface HalfLoadOptions {
  readonly rounds: number;
  /** Length of a round in milliseconds. */
  readonly ms: number;
  readonly connections: number;
}

/** The time that a lane adds to a call at half of its capacity, in milliseconds. */
export interface AddedLatency {
  /** Calls a second that the lane can serve. */
  readonly capacity: number;
  readonly p50: number;
  readonly p99: number;
}

/** Asks a lane and the pass-through in turns at half the rate that the lane can serve on this machine. */
export async function addedAtHalfLoad(
  { request }: Contestant,
  { request: through }: Contestant,
  { rounds, ms, connections }: HalfLoadOptions,
): Promise<AddedLatency> {
  await load(request, connections, 2_000);
  const capacity = (await load(request, connections, 3_000)).rate;
  const added: { readonly p50: number; readonly p99: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    const ours = await load(request, connections, ms, capacity / 2);
    const plain = await load(through, connections, ms, capacity / 2);
    added.push({ p50: ours.p50 - plain.p50, p99: ours.p99 - plain.p99 });
  }
  return {
    capacity,
    p50: median(added.map(({ p50 }) => p50)),
    p99: median(added.map(({ p99 }) => p99)),
  };
}
