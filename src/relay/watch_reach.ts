import type { RelayDeps } from "./deps.ts";
import type { Attempt } from "./run_attempts.ts";

/** Looks whether the upstream can be reached at all while its answer is awaited. */
export interface ReachWatch {
  stop(): void;
}

/**
 * TIMEOUT_CONNECT without a cost for calls that are answered: fetch does not tell when it has a connection, so half of that
 * time after the send a connection of our own is tried for the other half. One that comes about means that the upstream
 * merely thinks, and the read timeouts say for how long it may.
 */
export function watchReach(
  deps: RelayDeps,
  attempt: Attempt,
  url: string,
  unreachable: () => void,
): ReachWatch | undefined {
  const { reach } = deps;
  const half = deps.settings.timeoutConnect / 2;
  if (reach === undefined || half === 0) return undefined;
  let stopped = false;
  const wait = deps.deadlines.start(half, async () => {
    if (!await reach(url, attempt.credential, half) && !stopped) unreachable();
  });
  return {
    stop() {
      stopped = true;
      wait.clear();
    },
  };
}
