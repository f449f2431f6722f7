import type { Settings } from "../config/mod.ts";
import {
  type CallRecord,
  causeText,
  type Credential,
  type CredentialId,
  type Ports,
  redact,
  storageProblem,
} from "../core/mod.ts";
import type { Store } from "../store/mod.ts";
import { AlertSender } from "./alert_sender.ts";
import { cleanRecord } from "./clean_record.ts";
import type { LogLevel } from "./contract.ts";
import { EventBus } from "./event_bus.ts";
import { FreshIndex, Sealer } from "./segment_seal.ts";
import { shardPrefix } from "./ledger_keys.ts";
import type { LedgerService } from "./ledger_service.ts";
import { Logger } from "./logger.ts";
import { LogRing } from "./log_ring.ts";
import { PriceTable } from "./price_table.ts";
import { recordById, recordPage } from "./record_pages.ts";
import { sweepOld } from "./retention.ts";
import { RollupShard } from "./rollup_shard.ts";
import { mergeRollups } from "./rollup_merge.ts";
import { lifetime, series, totals } from "./rollup_query.ts";
import { Writer } from "./writer.ts";

export interface LedgerOptions {
  readonly store: Store;
  readonly settings: Pick<
    Settings,
    "logLevel" | "logFormat" | "historyRetentionDays" | "alertWebhookUrl" | "proxyApiKey"
  >;
  readonly ports: Ports;
  /** Where log lines go; the console by default. */
  readonly print?: (line: string, level: LogLevel) => void;
}

/** A shard is merged with others so long after its last write; a process opens a new one after half of that. */
const SHARD_REST_MS = 24 * 3_600_000;

interface Parts {
  readonly storage: StorageWatch;
  readonly options: LedgerOptions;
  readonly prices: PriceTable;
  readonly projects: ProjectNames;
  readonly bus: EventBus;
  readonly ring: LogRing;
  readonly logger: Logger;
  readonly writer: Writer;
  readonly sealer: Sealer;
  readonly alerts: AlertSender;
  /** Stops following the configured prices. */
  readonly unfollow: () => void;
}

/** Opens the ledger on a store. Close it after all services except the store. */
export function createLedger(options: LedgerOptions): LedgerService {
  const parts = assemble(options);
  return { ...recording(parts), ...asking(parts), ...alerting(parts), ...upkeep(parts) };
}

function assemble(options: LedgerOptions): Parts {
  const { store, settings, ports } = options;
  const prices = new PriceTable();
  const projects = new ProjectNames(store.config);
  const bus = new EventBus(ports.clock);
  const ring = new LogRing(store.kv, ports.newId("").slice(-6));
  const logger: Logger = new Logger({
    clock: ports.clock,
    settings,
    print: options.print ?? printToConsole,
    ring,
    bus,
    wake: () => writer.wake(),
  });
  const storage = new StorageWatch();
  const fresh = new FreshIndex();
  const sealer = new Sealer(store, ports.clock, fresh, logger.problem("Records could not be packed"));
  const writer: Writer = new Writer({
    kv: store.kv,
    clock: ports.clock,
    logs: ring,
    fresh,
    openShard: () => openShard(options, prices, projects),
    onProblem: (error) => {
      storage.failed(error);
      logger.problem("Records could not be written")(error);
    },
    onWritten(values) {
      storage.worked();
      sealer.written(values);
    },
  });
  const alerts = new AlertSender({
    kv: store.kv,
    ports,
    signingKey: settings.proxyApiKey,
    onProblem: (message) => logger.log("warn", "alert", message),
    url: () => settings.alertWebhookUrl,
  });
  prices.override(store.config.current().prices);
  const unfollow = store.config.subscribe((next, previous) => {
    if (next.prices !== previous.prices) prices.override(next.prices);
  });
  return {
    options,
    storage,
    prices,
    projects,
    bus,
    ring,
    logger,
    writer,
    sealer,
    alerts,
    unfollow,
  };
}

function openShard(options: LedgerOptions, prices: PriceTable, projects: ProjectNames) {
  const shard = options.ports.newId("book_");
  const rollups = new RollupShard({
    shard,
    projectOf: (attempt) => projects.of(attempt.credential),
    costOf: (record) => prices.costOfCall(record),
  });
  return { name: shard, rollups };
}

function recording({ writer, logger, bus, alerts, sealer, ring, unfollow }: Parts) {
  const listeners = new Set<(record: CallRecord) => void>();
  return {
    record(call: CallRecord) {
      const record = cleanRecord(call);
      writer.add(record);
      for (const listener of listeners) listener(record);
    },
    onRecord(listener: (record: CallRecord) => void) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    log: logger.log.bind(logger),
    publish: bus.publish.bind(bus),
    flush: () => writer.flush(),
    async close() {
      unfollow();
      bus.close();
      await alerts.close();
      await writer.flush(true);
      writer.stop();
      await sealer.settled();
      await ring.settled();
    },
  } satisfies Partial<LedgerService>;
}

function asking({ options, prices, projects, bus, ring, writer }: Parts) {
  const { kv } = options.store;
  /** Writes pending records first, so that a read includes them. */
  const written = async <Read>(read: () => Promise<Read>): Promise<Read> => {
    await writer.flushed();
    return await read();
  };
  return {
    prices,
    requests: (filter, page) => written(() => recordPage(kv, filter, page)),
    request: (id) => written(() => recordById(kv, id)),
    series: (range) => written(() => series(kv, range)),
    totals: (range) => written(() => totals(kv, range)),
    lifetime: (dim) => written(() => lifetime(kv, dim)),
    logs: (filter) => written(() => ring.read(filter)),
    subscribe: (lastEventId) => bus.subscribe(lastEventId),
    listeners: () => bus.listeners,
    projectOf: (credential) => projects.of(credential),
  } satisfies Partial<LedgerService>;
}

function alerting({ alerts, logger, bus }: Parts) {
  return {
    async alert(alert) {
      if (!await alerts.claim(alert)) return;
      logger.log(alert.type === "pool-recovered" ? "info" : "warn", "alert", alert.message);
      bus.publish("alert", { ...alert, message: redact(alert.message) });
      alerts.send(alert);
    },
    clearAlert: (type, subject) => alerts.clear(type, subject),
    testAlert: () => alerts.deliver({ type: "test", subject: "test", message: "This is a test alert" }),
  } satisfies Partial<LedgerService>;
}

function upkeep({ options, sealer, ring, storage }: Parts) {
  const { store: { kv }, ports: { clock }, settings } = options;
  return {
    storageTrouble: () => storage.trouble,
    storageFailed: (error) => storage.failed(error),
    seal: (minimum = 1) => sealer.seal(minimum),
    async sweep() {
      await ring.trim();
      return await sweepOld(kv, clock.now(), settings.historyRetentionDays);
    },
    async mergeRollups() {
      const live = await liveShards(kv, clock.now());
      return mergeRollups(kv, (shard) => live.has(shard));
    },
  } satisfies Partial<LedgerService>;
}

/** Shards that were written recently; all others may be merged. */
async function liveShards(kv: Deno.Kv, now: number): Promise<ReadonlySet<string>> {
  const live = new Set<string>();
  for await (const { key, value } of kv.list<number>({ prefix: shardPrefix() })) {
    if (value > now - SHARD_REST_MS) live.add(String(key[2]));
  }
  return live;
}

function printToConsole(line: string, level: LogLevel): void {
  if (level === "error" || level === "warn") console.error(line);
  else console.log(line);
}

/** Projects of credentials, as configured now. */
class ProjectNames {
  readonly #config: Pick<Store["config"], "current">;
  #credentials: readonly Credential[] = [];
  #names: ReadonlyMap<CredentialId, string> = new Map();

  constructor(config: Pick<Store["config"], "current">) {
    this.#config = config;
  }

  /** A credential without a known project is a project of its own. */
  of(credential: CredentialId): string {
    const { credentials } = this.#config.current();
    if (credentials !== this.#credentials) {
      this.#credentials = credentials;
      this.#names = new Map(
        credentials.flatMap(({ id, project }) => project === undefined ? [] : [[id, project] as const]),
      );
    }
    return this.#names.get(credential) ?? credential;
  }
}

/** Whether the last write to the database worked; what could not be written waits and is tried again. */
class StorageWatch {
  #trouble: string | undefined;

  failed(error: unknown): void {
    this.#trouble = storageProblem(error)?.message ??
      `The database cannot be written: ${causeText(error).slice(0, 200)}`;
  }

  worked(): void {
    this.#trouble = undefined;
  }

  get trouble(): string | undefined {
    return this.#trouble;
  }
}
