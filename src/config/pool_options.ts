import { SOURCES, TIERS } from "../core/mod.ts";
import { decimal, factors, list, listOf, milliseconds, wholeNumber } from "./parsers.ts";
import { choice, group, TIME, truth } from "./option.ts";

/** The policies that choose among keys, each a file of src/pool/policy/. */
export const ROTATION_MODES = ["balanced", "sequential", "weighted"] as const;
export type RotationMode = typeof ROTATION_MODES[number];

export const pool = group("Keys and rotation", {
  GEMINI_API_KEYS: {
    secret: true,
    allowed: "keys separated by commas or new lines",
    parse: list,
    doc: "Gemini API keys, separated by commas or new lines, added at start if not there yet.",
  },
  ROTATION_MODE: {
    fallback: "balanced",
    ...choice(...ROTATION_MODES),
    doc:
      "balanced: most of its limit left first; sequential: one key until it is exhausted; weighted: random by free capacity.",
  },
  ROTATION_TOLERANCE: {
    fallback: "0",
    allowed: "a number between 0 and 1",
    parse: decimal(0, 1),
    doc: "0 is deterministic, 1 uniformly random.",
  },
  AFFINITY: {
    fallback: "true",
    ...truth,
    doc: "Keep a conversation on its key while that costs nothing, so that Google's prompt cache hits.",
  },
  MAX_CONCURRENT_REQUESTS_PER_KEY: {
    fallback: "3",
    allowed: "a whole number, 1 or more",
    parse: wholeNumber(1, 10_000),
    doc: "Calls at once on one key; times the tier's multiplier, rounded down, at least 1.",
  },
  PRIORITY_TIER_MULTIPLIERS: {
    fallback: "free:1.0,standard:1.5,premium:2.0,enterprise:3.0",
    allowed: `pairs of tier and factor, with the tiers ${TIERS.join(", ")}`,
    parse: factors({ free: 1, standard: 1.5, premium: 2, enterprise: 3 }),
    doc: "Factor on the concurrency limit for each tier.",
  },
  SOURCE_ORDER: {
    fallback: SOURCES.join(","),
    allowed: `a list of ${SOURCES.join(", ")}`,
    parse: listOf(SOURCES),
    doc: "Sources of credentials in the order in which they are used; one that is not named is not used.",
  },
  MODEL_FETCH_INTERVAL: {
    applies: "now",
    fallback: "21600000",
    allowed: TIME,
    parse: wholeNumber(0),
    doc: "Milliseconds between two discoveries of a key's models; 0 turns it off.",
  },
  QUOTA_REFRESH_INTERVAL: {
    applies: "now",
    fallback: "300000",
    allowed: TIME,
    parse: wholeNumber(0),
    doc: "Milliseconds between two looks at the quota of an account; 0 turns it off.",
  },
});

export const waiting = group("Timeouts and waiting", {
  TIMEOUT_CONNECT: {
    applies: "now",
    fallback: "10000",
    allowed: TIME,
    parse: milliseconds,
    doc: "Milliseconds to reach the upstream; 0 means no limit, as in all timeouts.",
  },
  TIMEOUT_WRITE: {
    applies: "now",
    fallback: "30000",
    allowed: TIME,
    parse: milliseconds,
    doc: "Milliseconds to send the request to the upstream.",
  },
  TIMEOUT_READ_STREAMING: {
    applies: "now",
    fallback: "300000",
    allowed: TIME,
    parse: milliseconds,
    doc:
      "Longest time in milliseconds in which a stream brings nothing new; comments and empty events are nothing.",
  },
  KEEP_ALIVE_WHOLE: {
    applies: "now",
    fallback: "false",
    ...truth,
    doc:
      "Send the head of a reply that is not streamed after 10 s, and a blank before its JSON each 10 s, for fronts that end silent answers. A failure that comes later is then told in the body of a 200.",
  },
  TIMEOUT_READ_NON_STREAMING: {
    applies: "now",
    fallback: "60000",
    allowed: TIME,
    parse: milliseconds,
    doc: "Longest wait in milliseconds for a whole reply.",
  },
  TIMEOUT_TOTAL: {
    applies: "now",
    fallback: "3600000",
    allowed: TIME,
    parse: milliseconds,
    doc: "Longest time in milliseconds of one stream, from its request to its end.",
  },
  TIMEOUT_CLIENT: {
    applies: "now",
    fallback: "300000",
    allowed: TIME,
    parse: milliseconds,
    doc:
      "Longest time in milliseconds in which a client reads nothing of a reply that waits for it; its key is free after that. 0 waits for as long as the client stays.",
  },
  MAX_REPLY_BYTES: {
    applies: "now",
    fallback: "67108864",
    allowed: "a whole number of bytes, 1 or more",
    parse: wholeNumber(1),
    doc:
      "Larger replies of the upstream, unpacked, are not read to their end; streams have bounds of their own.",
  },
  QUEUE_MAX_WAIT: {
    fallback: "60000",
    allowed: TIME,
    parse: milliseconds,
    doc: "Milliseconds that a call may wait for capacity; 0 means never wait.",
  },
  QUEUE_MAX_LENGTH: {
    applies: "now",
    fallback: "1000",
    allowed: "a whole number, 0 or more",
    parse: wholeNumber(0, 1_000_000),
    doc: "Calls that may wait at once.",
  },
  HEDGE_AFTER: {
    applies: "now",
    fallback: "0",
    allowed: TIME,
    parse: milliseconds,
    doc: "Milliseconds after which a silent attempt is raced on another key; 0 turns it off.",
  },
  STREAM_CONTINUE: {
    applies: "now",
    fallback: "false",
    ...truth,
    doc: "Continue turns of plain text on another attempt when a stream is cut.",
  },
});
