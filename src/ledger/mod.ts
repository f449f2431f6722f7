/**
 * Records what happened: call records with paging and filters, counters by minute, hour and day, cost, the log,
 * live events and alerts. Recording never waits and never throws; what was recorded is in the database at most a
 * second later. Shows no secret, keeps bodies only with LOG_BODIES, and reads counts from the database alone, so
 * that no two screens disagree.
 *
 * @module
 */
export type { Ledger, LiveEvent, LiveEventName, LogEntry, LogLevel } from "./contract.ts";
export type { LedgerService } from "./ledger_service.ts";
export { BODY_BYTES, BodyStore, type KeptBodies, type KeptText } from "./bodies.ts";
export { createLedger, type LedgerOptions } from "./ledger.ts";
export { type Alert, sign } from "./alert_sender.ts";
export type { EventSubscription } from "./event_bus.ts";
export type { LogFilter } from "./log_ring.ts";
export type { RecordFilter } from "./record_filter.ts";
export type { RecordPage } from "./record_pages.ts";
export type { Cell, Histogram } from "./rollup_cell.ts";
export { addTo, cumulative, emptyCell, mergeCell, percentile } from "./rollup_cell.ts";
export { type Dim, FLOW_SEPARATOR, PERIOD_MS } from "./rollup_dims.ts";
export type { RollupRange, SeriesPoint } from "./rollup_query.ts";
export { type Price, type PriceTable } from "./price_table.ts";
export type { SweepReport } from "./retention.ts";
