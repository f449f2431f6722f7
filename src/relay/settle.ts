import type { Failure } from "../core/mod.ts";
import type { Served } from "./run_attempts.ts";
import type { CallTrace } from "./trace.ts";

/** Settles a served call: in full, or with the failure that ended it. */
export type Settle = (failure?: Failure) => void;

/**
 * Settles a served call exactly once, however often it is called: the lease with the metered usage, and the
 * attempt's record. `around.first` runs before both, `around.last` after them.
 */
export function settleOnce(
  trace: CallTrace,
  { lease, attempt }: Pick<Served<unknown>, "lease" | "attempt">,
  around: { readonly first?: () => void; readonly last?: Settle } = {},
): Settle {
  let settled = false;
  return (failure) => {
    if (settled) return;
    settled = true;
    try {
      around.first?.();
      if (failure === undefined) lease.succeed(trace.usage);
      else lease.fail(failure, { attempt: trace.attempts.length + 1, sameKeyRetries: 0, classes: [] });
    } finally {
      lease[Symbol.dispose]();
    }
    attempt.end(failure, failure === undefined ? "" : "after the first event");
    around.last?.(failure);
  };
}
