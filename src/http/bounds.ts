import { type Bound, JSON_BOUNDS, numbersOf } from "../core/mod.ts";

/** Bounds of a request; docs/security.md is generated from it. */
export const BOUND_TABLE = {
  pathChars: { most: 4_096, says: "characters of a path, as it is written" },
  queryChars: {
    most: 8_192,
    says: "characters of a query; Google hangs up on longer ones, which looks like a broken network",
  },
  agentChars: { most: 500, says: "characters of User-Agent that are looked at" },
  modelChars: { most: 256, says: "characters of a model's name in a call" },
  jsonDepth: { most: JSON_BOUNDS.depth, says: "levels of lists and objects in a JSON body" },
  jsonValues: { most: JSON_BOUNDS.values, says: "values in a JSON body" },
  embeddingTexts: {
    most: 2_048,
    says: "texts of one embeddings request, as at OpenAI; each hundred are one call to Google",
  },
  mediaUrls: {
    most: 100,
    says: "media that one request names by URL; together they may be as large as MAX_BODY_BYTES",
  },
  mediaMs: { most: 60_000, says: "milliseconds for fetching all of them" },
  managementBytes: { most: 1_048_576, says: "bytes of a management request that does not say otherwise" },
  formBytes: { most: 4_096, says: "bytes of a form; only the dashboard's login sends one" },
  formFields: { most: 16, says: "fields of a form" },
} as const satisfies Record<string, Bound>;

/** The numbers of the table. */
export const BOUNDS = numbersOf(BOUND_TABLE);
