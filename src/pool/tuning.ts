/** Milliseconds of Google's minute windows. */
export const MINUTE = 60_000;
const HOUR = 3_600_000;

/** Numbers of the algorithm that are choices, not facts; each says what it trades. */
export const TUNING = {
  /** Share of a stated quota below which it rests until its reset: a call on the last of it is likely to fail half-way. */
  quotaLow: 0.05,
  /** What is assumed of an account that does not tell, and the part of what is left that one call leaves until the next look. */
  quotaUnknown: 0.5,
  quotaPerCall: 0.97,
  /** A closure of a source is tried this long after it was stated, when the source's own numbers say that there is room. */
  quotaDoubt: 3 * HOUR,
  /** A send counts this much longer than a minute, so that the next one never arrives before the first left Google's window. */
  margin: 150,
  marginMax: 3_000,
  /** How far back sends are kept as evidence after they left the window. */
  evidence: 15_000,
  /** Assumed requests a minute while nothing is known: large, so that a new pool is not slowed down. */
  unknownLimit: 1_000,
  /** Added to a stated reset, for clocks that differ a little. */
  resetSlack: 20,
  softStep: 5 * MINUTE,
  /** Where less than one call a minute is ours: minutes more between two calls per refusal, growing, and at most. */
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
  /** While calls wait long or are refused, limits are probed and shared ones raised this often: a refusal costs less then. */
  pressedInterval: 30_000,
  pressedIntervalMax: 2 * MINUTE,
  pressedSuccesses: 250,
  softStepPressed: 40 * MINUTE,
  /** With several processes a shared limit is lowered in small steps, so it is raised again sooner. */
  softStepShared: 50 * MINUTE,
  softStepSharedPressed: 45 * MINUTE,
  /** Waiting this long is pressure; it is over this long after the last sign of it. */
  pressureWait: 20_000,
  pressureLasts: 30_000,
  /** Refusals after so long without any are news: limits are probed at once. */
  pressureGone: 15 * MINUTE,
  softStepMin: 30_000,
  /** Rises found within this time of one another are one rise. */
  riseLasts: 10 * MINUTE,
  /** A bucket whose day is used up is tried again by one call after this long, then twice as long. */
  dayProbe: 2 * HOUR,
  dayProbeMax: 8 * HOUR,
  /** Guessed cooldowns: start, growth, cap. */
  guess: 2_000,
  guessGrowth: 2,
  guessMax: 5 * MINUTE,
  /** The longest pause between two tries of what Google closed without an end, such as a project without credit. */
  spentMax: HOUR,
  /** At most this share of a model's credentials may be benched by guesses. */
  guessShare: 0.5,
  /** A key that Google does not serve a model to is asked again after this long. */
  notOnTier: 12 * HOUR,
  sourceFault: 10 * MINUTE,
  egress: 10_000,
  /** Consecutive transport faults of an endpoint before it is rested. */
  transportFaults: 3,
  /** Cap of that rest: one call that finds nobody costs little, and a network that is back should be noticed soon. */
  endpointMax: 10_000,
  overloadedFirst: 500,
  overloadedMax: 8_000,
  overloadedCut: 500,
  overloadedFloor: 4,
  overloadedInARow: 10,
  /** After this many faults of a model in a row the key that answered last goes first. */
  doubtedInARow: 3,
  /** Longest that a source's own word on when a model has room again is believed. */
  overloadedStatedMax: 10 * MINUTE,
  /** Below this free share a conversation releases its key. */
  affinityShare: 0.15,
  /** Input tokens that cost a session one extra turn in the fair queue. */
  turnTokens: 64_000,
  saveDelay: 250,
  countSaveDelay: 2_000,
  /** Between two tries while the database refuses writes (full, locked). */
  saveRetry: 2_000,
} as const;
