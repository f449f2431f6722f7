import type { Deadline } from "./deadlines.ts";
import type { RelayDeps } from "./deps.ts";
import type { Try } from "./run_attempts.ts";

/** Looks whether the upstream can be reached at all while its answer is awaited. */
export interface ReachWatch {
  begin(): void;
  stop(): void;
}

/**
 * TIMEOUT_CONNECT without a cost for calls that are answered: fetch does not tell when it has a connection, so half of that
 * time after the send a connection of our own is tried for the other half. One that comes about means that the upstream
 * merely thinks, and the read timeouts say for how long it may.
 */
export function watchReach(deps: RelayDeps, attempt: Try, url: string, unreachable: () => void): ReachWatch {
  const { reach } = deps;
  const half = deps.settings.timeoutConnect / 2;
  let stopped = false;
  let wait: Deadline | undefined;
  return {
    begin() {
      if (reach === undefined || half === 0 || stopped) return;
      wait = deps.deadlines.start(half, async () => {
        if (!await reach(url, attempt.credential, half) && !stopped) unreachable();
      });
    },
    stop() {
      stopped = true;
      wait?.clear();
    },
  };
}
