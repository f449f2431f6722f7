/** Milliseconds of Google's minute windows. */
export const MINUTE = 60_000;
const HOUR = 3_600_000;

/** Numbers of the algorithm that are choices, not facts; each with its trade-off. */
export const TUNING = {
  /**
   * Share of a stated quota below which it is closed until its reset: a call on the last of it is likely to fail
   * half-way.
   */
  quotaLow: 0.05,
  /**
   * The assumed share of an account that states none, and the part of the rest that one call leaves until the
   * next read.
   */
  quotaUnknown: 0.5,
  quotaPerCall: 0.97,
  /** A source's closure is tested this long after it was stated, when the source's own numbers show room. */
  quotaDoubt: 3 * HOUR,
  /**
   * A call counts this much longer than a minute, so that the next one never arrives before the first left
   * Google's window.
   */
  margin: 150,
  marginMax: 3_000,
  /** How long calls are kept as evidence after they left the window. */
  evidence: 15_000,
  /** Assumed requests a minute while nothing is known: large, so that a new pool is not slowed down. */
  unknownLimit: 1_000,
  /** Added to a stated reset, for clocks that differ a little. */
  resetSlack: 20,
  softStep: 5 * MINUTE,
  /** For a share below one call per minute: minutes added between two calls per refusal (growing), and the maximum. */
  slowStep: 0.5,
  slowGrowth: 2,
  slowMax: 30,
  softGrowth: 4,
  softStepMax: HOUR,
  /** One call beyond a known limit is risked per this many successes of the model, to notice limits that were raised. */
  probeSuccesses: 1_500,
  probeInterval: 10 * MINUTE,
  probeGrowth: 1.5,
  probeIntervalMax: 4 * HOUR,
  /**
   * While calls wait long or are refused, limits are probed and shared ones raised this often: then a refusal
   * costs less.
   */
  pressedInterval: 30_000,
  pressedIntervalMax: 2 * MINUTE,
  pressedSuccesses: 250,
  softStepPressed: 40 * MINUTE,
  /** With several processes a shared limit is lowered in small steps, so it is raised again sooner. */
  softStepShared: 50 * MINUTE,
  softStepSharedPressed: 45 * MINUTE,
  /** Waiting this long counts as pressure; it ends this long after its last sign. */
  pressureWait: 20_000,
  pressureLasts: 30_000,
  /** Refusals after so long without any count as new: limits are probed at once. */
  pressureGone: 15 * MINUTE,
  softStepMin: 30_000,
  /** Rises found within this time of one another are one rise. */
  riseLasts: 10 * MINUTE,
  /** A bucket whose day is used up is probed by one call after this time, then after twice as long. */
  dayProbe: 2 * HOUR,
  dayProbeMax: 8 * HOUR,
  /** Guessed cooldowns: start, growth, cap. */
  guess: 2_000,
  guessGrowth: 2,
  guessMax: 5 * MINUTE,
  /**
   * The longest pause between two probes of a scope that Google closed without an end, such as a project without
   * credit.
   */
  spentMax: HOUR,
  /** At most this share of a model's credentials may be in cooldown by guesses. */
  guessShare: 0.5,
  /** A key for which Google refuses a model is tried again after this time. */
  notOnTier: 12 * HOUR,
  sourceFault: 10 * MINUTE,
  egress: 10_000,
  /** Consecutive transport faults of an endpoint before its circuit breaker opens. */
  transportFaults: 3,
  /** Longest pause of that: one failing call costs little, and a restored network should be noticed soon. */
  endpointMax: 10_000,
  overloadedFirst: 500,
  overloadedMax: 8_000,
  overloadedCut: 500,
  overloadedFloor: 4,
  overloadedInARow: 10,
  /** After this many faults of a model in a row the key that answered last is preferred. */
  doubtedInARow: 3,
  /** Below this free share a conversation leaves its key. */
  affinityShare: 0.15,
  /** Input tokens that cost a session one extra turn in the fair queue. */
  turnTokens: 64_000,
  saveDelay: 250,
  countSaveDelay: 2_000,
  /** Pause between two tries while the database refuses writes (full, locked). */
  saveRetry: 2_000,
} as const;
