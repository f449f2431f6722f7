import type { Policy } from "./policy.ts";

/** The first in the user's order until it is full, then the next. */
export const sequential: Policy = {
  name: "sequential",
  before: (a, b) => a.order < b.order,
  pick: (heap, accept) => heap.first(accept),
};
