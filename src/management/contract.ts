/** The types of what goes over the wire. */
export type { Accounts, BegunSignIn, SignInProgress } from "./schema/account.ts";
export type { Agent, InstalledAgents, SetupState } from "./schema/agent.ts";
export type { Call, CallDetail } from "./schema/calls.ts";
export type { Cap, CapProgress, Caps } from "./schema/cap.ts";
export type { AddedClient, Client as ClientView } from "./schema/client.ts";
export type { AddedKey, CheckedKey, Key, KeyActivity, KeyEdit, KeysPage } from "./schema/key.ts";
export type { Health } from "./schema/live.ts";
export type {
  Alias,
  Fallback,
  ListedAlias,
  ListedQuotaGroup,
  Model,
  Models,
  RefreshedModels,
} from "./schema/model.ts";
export type { ModelOverview, Overview, Problem, SpanFigures, Verdict } from "./schema/overview.ts";
export type {
  BoardCell,
  Bucket,
  ModelLeft,
  Pool,
  PoolStatus,
  QuotaBoard,
  QuotaSummary,
  SetLimit,
} from "./schema/quota.ts";
export type { Backup, ImportReport, SettingRow, Settings } from "./schema/settings.ts";
export type {
  CallPaths,
  CallRecord,
  Figures,
  Flow,
  LogLine,
  Replayed,
  RequestDetail,
  Requests,
  RequestTotals,
  SeriesPoint,
  Stats,
  UnifiedModel,
} from "./schema/stats.ts";
