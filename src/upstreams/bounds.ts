import { type Bound, JSON_BOUNDS, numbersOf } from "../core/mod.ts";

/** Bytes of a reply that are free: neither counted as waiting nor checked for their compression ratio. */
export const FREE_BYTES = 262_144;

/** Most bytes read of one body at a time, so that a flood leaves others their turn. */
export const PIECE_BYTES = 65_536;

/** As `toLocaleString` would write it, which takes 10 ms of a start. */
const FREE = String(FREE_BYTES).replace(/(\d{3})$/, ",$1");

/** Bounds of an upstream's reply; docs/security.md is generated from them. */
export const UPSTREAM_BOUND_TABLE = {
  refusalBytes: { most: 262_144, says: "bytes of a refusal's body; the rest is not waited for" },
  eventBytes: { most: 33_554_432, says: "bytes of one event or line of a stream" },
  streamBytes: { most: 134_217_728, says: "bytes of one stream, from its first to its last" },
  answerBytes: {
    most: 16_777_216,
    says: "bytes of a model list, a token or another answer of Google's that is no model's",
  },
  waitingBytes: {
    most: 50_331_648,
    says:
      `bytes of all replies that wait in memory until they are whole, beyond the first ${FREE} of each; further ones are left on the line until there is room, and the oldest goes on at all times`,
  },
  inflation: {
    most: 200,
    says:
      `times the size that was sent is what a compressed reply may become, beyond its first ${FREE} bytes`,
  },
  depth: { most: 200, says: "levels of lists and objects in a reply" },
  values: { most: JSON_BOUNDS.values, says: "values in one reply or event" },
} as const satisfies Record<string, Bound>;

/** The numbers of the table. */
export const UPSTREAM_BOUNDS = numbersOf(UPSTREAM_BOUND_TABLE);
