import { isObject } from "../core/mod.ts";
import type { LogEntry, LogLevel } from "./contract.ts";
import { logKey, logPrefix, timeOrdered } from "./ledger_keys.ts";
import { packAll, unpack } from "./packed.ts";

/** Values of up to 64 lines that the ring keeps. */
const LOG_VALUES = 1_000;
/** The ring is trimmed once in this many writes. */
const TRIM_EVERY = 100;

export interface LogFilter {
  readonly limit: number;
  readonly level?: LogLevel;
  readonly kind?: string;
  /** Part of the message, case-insensitive. */
  readonly text?: string;
  /** Only lines older than this, epoch milliseconds. */
  readonly before?: number;
}

/** The last log lines, in KV, bounded. */
export class LogRing {
  readonly #kv: Deno.Kv;
  readonly #shard: string;
  #pending: LogEntry[] = [];
  #counter = 0;
  #trimAt = TRIM_EVERY;
  #trimming: Promise<unknown> = Promise.resolve();

  constructor(kv: Deno.Kv, shard: string) {
    this.#kv = kv;
    this.#shard = shard;
  }

  push(entry: LogEntry): void {
    this.#pending.push(entry);
    if (this.#pending.length > 5_000) this.#pending.splice(0, 1_000);
  }

  /** Values to write for what is pending; pending is empty afterwards. */
  due(now: number): { readonly key: Deno.KvKey; readonly value: Uint8Array<ArrayBuffer> }[] {
    const lines = this.#pending.map((entry) => JSON.stringify(entry));
    this.#pending = [];
    return packAll(lines, (line) => JSON.stringify(shorten(line))).map(({ value }) => ({
      key: logKey(timeOrdered(now, this.#counter++ % 1_000_000, this.#shard)),
      value,
    }));
  }

  /** Called after each write; now and then removes what exceeds the ring's size. */
  written(onProblem: (error: unknown) => void): void {
    if (this.#counter < this.#trimAt) return;
    this.#trimAt = this.#counter + TRIM_EVERY;
    this.#trimming = this.trim().catch(onProblem);
  }

  async settled(): Promise<void> {
    await this.#trimming;
  }

  async trim(): Promise<number> {
    const keys: Deno.KvKey[] = [];
    const entries = this.#kv.list({ prefix: logPrefix() }, { reverse: true, batchSize: 500 });
    let seen = 0;
    for await (const { key } of entries) if (++seen > LOG_VALUES) keys.push(key);
    for (const key of keys) await this.#kv.delete(key);
    return keys.length;
  }

  /** Newest first. */
  async read(filter: LogFilter): Promise<readonly LogEntry[]> {
    const out: LogEntry[] = [];
    for await (const { value } of this.#kv.list<unknown>({ prefix: logPrefix() }, { reverse: true })) {
      if (!(value instanceof Uint8Array)) continue;
      for (const line of unpack(value).reverse()) {
        const entry = readEntry(line);
        if (entry === undefined || !matches(entry, filter)) continue;
        out.push(entry);
        if (out.length >= filter.limit) return out;
      }
    }
    return out;
  }
}

function matches(entry: LogEntry, filter: LogFilter): boolean {
  return isLoud(entry.level, filter.level ?? "debug") &&
    (filter.kind === undefined || entry.kind === filter.kind) &&
    entry.at < (filter.before ?? Infinity) &&
    (filter.text === undefined || entry.message.toLowerCase().includes(filter.text.toLowerCase()));
}

function readEntry(line: string): LogEntry | undefined {
  // deno-lint-ignore geminitro/foreign-json -- this program wrote it
  const value: unknown = JSON.parse(line);
  return isObject(value) && typeof value["at"] === "number" && typeof value["message"] === "string"
    ? value as unknown as LogEntry
    : undefined;
}

function shorten(line: string): unknown {
  const entry = readEntry(line);
  return entry === undefined
    ? null
    : { at: entry.at, level: entry.level, kind: entry.kind, message: entry.message.slice(0, 2_000) };
}

const RANK: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

export function isLoud(level: LogLevel, threshold: LogLevel): boolean {
  return RANK[level] >= RANK[threshold];
}

/** One log line as text: a JSON object, or `2026-05-04 12:34:56 WARN  pool      message key=value`. */
export function formatLog(entry: LogEntry, format: "human" | "json"): string {
  if (format === "json") {
    return oneLine(JSON.stringify({ ...entry, at: new Date(entry.at).toISOString() }));
  }
  const time = localTime(new Date(entry.at));
  const fields = Object.entries(entry.fields ?? {})
    .map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`);
  return oneLine(
    [time, entry.level.toUpperCase().padEnd(5), entry.kind.padEnd(8), entry.message, ...fields].join(" "),
  );
}

/** `2026-05-04 12:34:56` as the machine's own clock shows it. */
function localTime(at: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${
    at.toTimeString().slice(0, 8)
  }`;
}

/**
 * Escapes line breaks, control characters and marks of writing direction, so that a message or field cannot
 * forge a line or control a terminal.
 */
function oneLine(text: string): string {
  // deno-lint-ignore no-control-regex -- control characters are what is taken out
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]+/g, " ");
}
