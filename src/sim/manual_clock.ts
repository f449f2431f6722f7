import type { Clock } from "../core/mod.ts";

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly task: () => void;
}

/** A clock that stops until it is moved; timers fire in order of their time, then of their creation. */
export interface ManualClock extends Clock {
  /** Moves on by `ms`, firing every timer that falls due and letting async work settle after each. */
  advance(ms: number): Promise<void>;
  /** Moves to the given epoch milliseconds; a time in the past moves nothing. */
  advanceTo(at: number): Promise<void>;
  /** Epoch milliseconds of the next timer, if one waits. */
  nextTimerAt(): number | undefined;
}

/** How many macrotask turns async work gets after each timer; one turn empties the whole microtask queue. */
const SETTLE_TURNS = 3;

function settle(turns: number): Promise<void> {
  if (turns === 0) return Promise.resolve();
  return new Promise((done) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      channel.port1.close();
      channel.port2.close();
      done(settle(turns - 1));
    };
    channel.port2.postMessage(0);
  });
}

/** Makes a clock that shows `start` (epoch milliseconds). */
export function createManualClock(start: number): ManualClock {
  let now = start;
  let made = 0;
  const timers = new Set<Timer>();

  function next(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of timers) {
      if (!first || timer.at < first.at || (timer.at === first.at && timer.order < first.order)) {
        first = timer;
      }
    }
    return first;
  }

  async function advanceTo(at: number): Promise<void> {
    await settle(SETTLE_TURNS);
    for (let timer = next(); timer && timer.at <= at; timer = next()) {
      timers.delete(timer);
      now = Math.max(now, timer.at);
      timer.task();
      await settle(SETTLE_TURNS);
    }
    now = Math.max(now, at);
  }

  return {
    now: () => now,
    after(ms, task) {
      const timer: Timer = { at: now + Math.max(0, ms), order: made++, task };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    advance: (ms) => advanceTo(now + ms),
    advanceTo,
    nextTimerAt: () => next()?.at,
  };
}
