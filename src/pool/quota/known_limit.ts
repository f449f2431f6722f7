import type { BucketLimitView } from "../contract.ts";

/** A limit, how it is known, and when that was last confirmed (epoch milliseconds). */
export interface KnownLimit {
  readonly value: number;
  readonly origin: BucketLimitView["origin"];
  readonly asOf: number;
}

/** A limit set by the user, and when (epoch milliseconds; 0 when that was not kept). */
export interface SetLimit {
  readonly value: number;
  readonly at: number;
}

/**
 * The limit that holds once the user has set one, or none any more. The later word holds: what Google states afterwards replaces
 * the value, and one that has no time replaces nothing that Google stated.
 */
export function withSetLimit(
  known: KnownLimit | undefined,
  set: SetLimit | undefined,
  now: number,
): KnownLimit | undefined {
  if (set === undefined) return known?.origin === "set" ? undefined : known;
  if (known !== undefined && known.origin !== "set" && known.asOf >= set.at) return known;
  return { value: set.value, origin: "set", asOf: set.at === 0 ? now : set.at };
}
