/**
 * What models there are, what they can do and which names resolve to them: the lists of every credential,
 * aliases, quota groups, fallbacks and rules. Answers from a snapshot in memory that follows the store;
 * resolving is pure over it. Never chooses a credential, never refuses a name while it knows no list at all, and
 * talks to Google only through the upstreams it is given.
 *
 * @module
 */
export { type Catalog, type CatalogOptions, createCatalog } from "./catalog.ts";
export type { CatalogEntry, MatrixRow, Modalities, ModelMatrix } from "./listing.ts";
export { modalitiesOf } from "./listing.ts";
export type { WantedEffort } from "./model_names.ts";
export { type ModelSource, type RefreshDeps, type RefreshReport } from "./refresh.ts";
export { type ResolvedModel } from "./resolve.ts";
export { type CatalogRecords, type CatalogSnapshot, type KnownModel } from "./snapshot.ts";
