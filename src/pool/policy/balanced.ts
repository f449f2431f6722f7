import type { Policy } from "./policy.ts";

/** Largest free share first; among equals the one used longest ago. */
export const balanced: Policy = {
  name: "balanced",
  before: (a, b) =>
    a.share !== b.share
      ? a.share > b.share
      : a.lastUsed !== b.lastUsed
      ? a.lastUsed < b.lastUsed
      : a.order < b.order,
  pick: (heap, accept) => heap.first(accept),
};
