import type { RotationMode } from "../../config/mod.ts";
import type { Random } from "../../core/mod.ts";
import type { IndexedHeap, Placed } from "../candidates/indexed_heap.ts";

/** A bucket that could serve, as a policy sees it. */
export interface Rankable extends Placed {
  /** Free part of the bucket, 0..1. */
  share: number;
  /** Grows with each use; the smallest is the least recently used. */
  lastUsed: number;
  /** Position in the user's list. */
  readonly order: number;
  /** Number of its credentials. */
  readonly width: number;
}

/** Takes an item, or refuses it with undefined. */
export type Accept<Item, Found> = (item: Item) => Found | undefined;

/**
 * Chooses among buckets of one source, tier and priority. Pure: the same heap, numbers and answers give the same
 * choice.
 */
export interface Policy {
  readonly name: RotationMode;
  before(a: Rankable, b: Rankable): boolean;
  pick<Item extends Rankable, Found>(
    heap: IndexedHeap<Item>,
    accept: Accept<Item, Found>,
    random: Random,
  ): Found | undefined;
}

/**
 * Tries random items, each accepted with the probability that `weigh` returns (0..1); falls back to heap order
 * after too many misses.
 */
export function draw<Item extends Rankable, Found>(
  heap: IndexedHeap<Item>,
  accept: Accept<Item, Found>,
  random: Random,
  weigh: (item: Item) => number,
): Found | undefined {
  const tries = heap.size === 1 ? 0 : 64;
  for (let i = 0; i < tries; i++) {
    const item = heap.items[Math.floor(random() * heap.size)];
    if (item === undefined || random() >= weigh(item)) continue;
    const found = accept(item);
    if (found !== undefined) return found;
  }
  return heap.first(accept);
}

/** Every credential with equal probability: a bucket counts as often as it has credentials. */
function uniform<Item extends Rankable, Found>(
  heap: IndexedHeap<Item>,
  accept: Accept<Item, Found>,
  random: Random,
): Found | undefined {
  let widest = 1;
  for (let i = 0; i < Math.min(heap.size, 64); i++) widest = Math.max(widest, heap.items[i]?.width ?? 1);
  return draw(heap, accept, random, (item) => item.width / widest);
}

/**
 * The policy's own choice, or with the probability `tolerance` a uniformly random one. At 0 the choice is
 * deterministic: the first in the policy's order.
 */
export function choose<Item extends Rankable, Found>(
  policy: Policy,
  tolerance: number,
  heap: IndexedHeap<Item>,
  accept: Accept<Item, Found>,
  random: Random,
): Found | undefined {
  if (heap.size === 0) return undefined;
  if (tolerance === 0) return heap.first(accept);
  if (random() < tolerance) return uniform(heap, accept, random);
  return policy.pick(heap, accept, random);
}
