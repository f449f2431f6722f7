import { type Cell, emptyCell, FLOW_SEPARATOR, mergeCell } from "../ledger/mod.ts";
import type { AdminDeps } from "./admin_deps.ts";
import { type CellView, cellView } from "./cell_view.ts";

/** One model's figures with the original program's names. */
export interface UnifiedModel extends CellView {
  readonly totalRequests: number;
  readonly accountTypes: Record<string, number>;
  /** Starts of the minutes, hours or days in which calls ended, newest last; bounded. */
  readonly timestamps: readonly number[];
  /** By credential id. */
  readonly accounts: Record<string, { type: string; requests: number; errors: number }>;
}

const MOST_TIMESTAMPS = 1_000;
const HOUR_MS = 3_600_000;

/** Figures by model since a time (default: the retention). With `model`, that model alone, or null. */
export async function unifiedStats(
  { ledger, ports, settings, catalog }: AdminDeps,
  options: { readonly since?: number; readonly model?: string },
): Promise<Record<string, UnifiedModel | null>> {
  const now = ports.clock.now();
  const from = Math.max(options.since ?? 0, now - settings.historyRetentionDays * 24 * HOUR_MS);
  const grain = now - from <= 48 * HOUR_MS ? "hour" as const : "day" as const;
  const range = { grain, from, to: now };
  const [models, flows, points] = await Promise.all([
    ledger.totals({ ...range, dim: "model" }),
    ledger.totals({ ...range, dim: "flow" }),
    ledger.series({ ...range, dim: "model" }),
  ]);
  const one = (model: string, cell: Cell): UnifiedModel => {
    const own = [...flows].filter(([flow]) => flow.split(FLOW_SEPARATOR)[1] === model);
    return {
      ...cellView(cell),
      totalRequests: cell.requests,
      accountTypes: accountTypes(own),
      timestamps: points.filter(({ cells }) => cells.has(model)).map(({ time }) => time).slice(
        -MOST_TIMESTAMPS,
      ),
      accounts: accounts(own),
    };
  };
  if (options.model === undefined) {
    return Object.fromEntries([...models].map(([model, cell]) => [model, one(model, cell)]));
  }
  const resolved = catalog.resolve(options.model);
  const cell = models.get(options.model) ?? (resolved.ok ? models.get(resolved.value.id) : undefined);
  const name = models.has(options.model) || !resolved.ok ? options.model : resolved.value.id;
  return { [options.model]: cell === undefined ? null : one(name, cell) };
}

function accountTypes(flows: readonly (readonly [string, Cell])[]): Record<string, number> {
  const types: Record<string, number> = { api_key: 0, oauth: 0 };
  for (const [flow, cell] of flows) {
    const type = typeOf(flow.split(FLOW_SEPARATOR)[2]);
    if (type !== undefined) types[type] = (types[type] ?? 0) + cell.requests;
  }
  return types;
}

function accounts(flows: readonly (readonly [string, Cell])[]) {
  const sums = new Map<string, { type: string; cell: Cell }>();
  for (const [flow, cell] of flows) {
    const [, , source, id] = flow.split(FLOW_SEPARATOR);
    const type = typeOf(source);
    if (id === undefined || id === "" || type === undefined) continue;
    const sum = sums.get(id) ?? { type, cell: emptyCell() };
    mergeCell(sum.cell, cell);
    sums.set(id, sum);
  }
  return Object.fromEntries(
    [...sums].map(([id, { type, cell }]) => [id, { type, requests: cell.requests, errors: cell.failed }]),
  );
}

function typeOf(source: string | undefined): string | undefined {
  if (source === undefined || source === "") return undefined;
  return source === "api_key" ? "api_key" : source === "vertex" ? "service_account" : "oauth";
}

export interface Flow extends CellView {
  readonly client: string;
  readonly model: string;
  readonly source: string;
  readonly credential: string;
  readonly project: string;
}

/** Where calls went: client, model, project, key. */
export async function flows({ ledger, ports }: AdminDeps, since: number): Promise<readonly Flow[]> {
  const now = ports.clock.now();
  const totals = await ledger.totals({ grain: "hour", dim: "flow", from: since, to: now });
  return [...totals].map(([flow, cell]) => {
    const [client = "", model = "", source = "", credential = ""] = flow.split(FLOW_SEPARATOR);
    const project = credential === ""
      ? ""
      : ledger.projectOf(credential as Parameters<typeof ledger.projectOf>[0]);
    return { client, model, source, credential, project, ...cellView(cell) };
  });
}
