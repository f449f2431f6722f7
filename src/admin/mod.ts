/**
 * The use-cases that the HTTP API, the dashboard and the command line share: keys, models, caps, clients,
 * figures, settings, export, import and backup. Answers are plain data without any secret; refusals are values
 * with a status, a word and a sentence. Does not check who asks: the caller has done that.
 *
 * @module
 */
export type { AddedKey, AddKeysInput, Progress } from "./add_keys.ts";
export { type Admin, createAdmin } from "./admin.ts";
export type { AdminDeps, AdminProblem, Outcome } from "./admin_deps.ts";
export type { AliasView, QuotaGroupView } from "./aliases.ts";
export type { BucketForecast, BucketLimitReport, BucketReport } from "./buckets.ts";
export type { BackupReport } from "./backups.ts";
export type { CapProgress } from "./cap_progress.ts";
export { type CapInput, type CapsView } from "./caps.ts";
export type { CheckedKey } from "./check_keys.ts";
export type { ClientIdentity } from "./client_access.ts";
export type { ClientInput, ClientView } from "./clients.ts";
export type { RemovedKey } from "./edit_key.ts";
export type { HealthView, PoolStatus } from "./verdict.ts";
export { type ImportCount, type ImportInput, type ImportReport } from "./import_file.ts";
export { keysIn } from "./import_plan.ts";
export type { ModelsView, RefreshView } from "./models.ts";
export type { QuotaRow, QuotaSummary } from "./quota_summary.ts";
export type { RequestPage, RequestView } from "./requests.ts";
export type { KeyStatus, SafeKey } from "./safe_key.ts";
export type { SettingRow, SettingsFile } from "./settings_table.ts";
export type { SettingsChange, SettingsView, SetupState } from "./settings_view.ts";
export type {
  CellView,
  Flow,
  Percentiles,
  SeriesOptions,
  SeriesView,
  StatsView,
  UnifiedModel,
} from "./stats.ts";
