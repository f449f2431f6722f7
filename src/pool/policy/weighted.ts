import { balanced } from "./balanced.ts";
import { draw, type Policy } from "./policy.ts";

/** Random, with a probability proportional to the free share. */
export const weighted: Policy = {
  name: "weighted",
  before: balanced.before,
  pick: (heap, accept, random) =>
    draw(heap, accept, random, (item) => item.share * item.width / heapWidth(heap.items)),
};

/** The largest width of the first few items, so that probabilities stay within 0..1. */
function heapWidth(items: readonly { readonly width: number }[]): number {
  let widest = 1;
  for (let i = 0; i < Math.min(items.length, 16); i++) widest = Math.max(widest, items[i]?.width ?? 1);
  return widest;
}
