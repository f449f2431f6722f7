/** What of an upstream's reply is taken at most, in one table; docs/security.md is written from it. */
export const UPSTREAM_BOUNDS = {
  /** Bytes of a refusal's body that are read; the rest is not waited for. */
  refusalBytes: 262_144,
  /** Bytes of one event or line of a stream. */
  eventBytes: 33_554_432,
  /** Bytes of one stream, from its first to its last. */
  streamBytes: 134_217_728,
  /** Bytes of a model list, a token or another answer of Google's that is no model's. */
  answerBytes: 16_777_216,
  /** Bytes of all replies that wait in memory at a time, beyond the first 1,048,576 of each. */
  waitingBytes: 134_217_728,
  /** How many times larger than what was sent a compressed reply may become, beyond its first 1,048,576 bytes. */
  inflation: 200,
  /** Levels of lists and objects in a reply. */
  depth: 200,
  /** Values in one reply or event. */
  values: 2_000_000,
} as const;

/** Bytes of a reply that are free: neither counted among those that wait, nor judged by how they were compressed. */
export const FREE_BYTES = 1_048_576;
