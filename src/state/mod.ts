/**
 * The configuration: the schemas of its records, the whole of it as one immutable snapshot in memory, and the watcher that
 * keeps the snapshot up to date and makes all writes.
 *
 * @module
 */
export {
  type AliasRecord,
  type CapRecord,
  type CapSchedule,
  type ClientRecord,
  type ConfigRecordOf,
  type FallbackRecord,
  isTime,
  isTimezone,
  type ModelListRecord,
  NAME_LENGTH,
  parseRecord,
  type ProcessRecord,
  type QuotaGroupRecord,
  type RecordProblem,
  type Section,
  SECTIONS,
  SETTING,
} from "./records.ts";
export {
  buildConfigSnapshot,
  type ConfigSnapshot,
  emptyTables,
  type Entry,
  type Tables,
} from "./snapshot.ts";
export {
  type Address,
  type Change,
  CommitLost,
  type ConfigStorage,
  ConfigWatcher,
  type Decision,
  type Draft,
  type Head,
  NO_EPOCH,
  type Write,
} from "./watcher.ts";
