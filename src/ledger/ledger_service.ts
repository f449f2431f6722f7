import type { CallRecord, CredentialId } from "../core/mod.ts";
import type { Alert } from "./alert_sender.ts";
import type { Ledger, LogEntry } from "./contract.ts";
import type { EventSubscription } from "./event_bus.ts";
import type { LogFilter } from "./log_ring.ts";
import type { PriceTable } from "./price_table.ts";
import type { RecordFilter } from "./record_filter.ts";
import type { RecordPage } from "./record_pages.ts";
import type { SweepReport } from "./retention.ts";
import type { Dim } from "./rollup_dims.ts";
import type { Cell } from "./rollup_cell.ts";
import type { RollupRange, SeriesPoint } from "./rollup_query.ts";

/** The ledger with its queries. Counts are read from the database: sums over all its processes. */
export interface LedgerService extends Ledger {
  /** A page of call records, newest first. Throws a RangeError for a cursor that is not one. */
  requests(
    filter: RecordFilter,
    options: { readonly limit: number; readonly cursor?: string },
  ): Promise<RecordPage>;
  request(id: string): Promise<CallRecord | undefined>;
  series(range: RollupRange): Promise<readonly SeriesPoint[]>;
  totals(range: RollupRange): Promise<ReadonlyMap<string, Cell>>;
  lifetime(dim: Dim): Promise<ReadonlyMap<string, Cell>>;
  readonly prices: PriceTable;
  logs(filter: LogFilter): Promise<readonly LogEntry[]>;
  /** Live events, after `lastEventId` when it is given and still remembered. */
  subscribe(lastEventId?: number): EventSubscription;
  /** Number of listeners to live events. */
  listeners(): number;
  /** Calls `listener` for each finished call of this process; it must not throw. */
  onRecord(listener: (record: CallRecord) => void): () => void;
  /** Raises an alert once: logged, sent to listeners and to the webhook. */
  alert(alert: Alert): Promise<void>;
  /** Ends an alert's silence; true when it had been raised. */
  clearAlert(type: Alert["type"], subject: string): Promise<boolean>;
  /** Sends a test alert; resolves with an error as a sentence, or undefined. */
  testAlert(): Promise<string | undefined>;
  /** Why nothing can be written now, as a sentence; undefined when writing works. */
  storageTrouble(): string | undefined;
  /** Notes that another module could not write. */
  storageFailed(error: unknown): void;
  /** The project that a credential's attempts are counted under. */
  projectOf(credential: CredentialId): string;
  /** Packs fresh records into indexed segments while at least `minimum` wait (default 1); returns how many. */
  seal(minimum?: number): Promise<number>;
  sweep(): Promise<SweepReport>;
  /** Merges the counts of processes that ended long ago; returns how many values. */
  mergeRollups(): Promise<number>;
}
