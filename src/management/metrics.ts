import type { Admin } from "../admin/mod.ts";
import { type Cell, cumulative, type Histogram } from "../ledger/mod.ts";
import type { Overview } from "./contract.ts";

type Labels = Readonly<Record<string, string>>;

interface Sample {
  readonly labels?: Labels;
  readonly value: number;
}

type Admins<Name extends "health" | "capProgress" | "keys"> = Awaited<ReturnType<Admin[Name]>>;

/** Bounds of the histograms, in seconds. */
const BOUNDS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];

/** The figures in Prometheus' format. Counters are sums over all processes of the database, so scrape one of them. */
export async function metricsText(admin: Admin): Promise<string> {
  const [cells, stats, health, progress, keys, overview] = await Promise.all([
    admin.modelCells(),
    admin.stats(),
    admin.health(false),
    admin.capProgress(),
    admin.keys(),
    admin.overview(),
  ]);
  const version = [{ labels: { version: admin.version }, value: 1 }];
  return [
    family("geminitro_build_info", "gauge", "Version of the program.", version),
    family("geminitro_uptime_seconds", "gauge", "Time since the start.", [{ value: health.uptime }]),
    ...modelFamilies([...cells], stats.totals.refused),
    ...stateFamilies(overview),
    ...quotaFamilies(admin, Date.parse(overview.at)),
    ...keyFamilies(keys, health),
    ...capFamilies(progress),
  ].join("");
}

function modelFamilies(models: readonly (readonly [string, Cell])[], refused: number): readonly string[] {
  const all = (samplesOf: (cell: Cell) => readonly Sample[]) =>
    models.flatMap(([model, cell]) =>
      samplesOf(cell).map(({ labels, value }) => ({ labels: { model, ...labels }, value }))
    );
  const outcomes = all(({ ok, failed, cancelled }) =>
    Object.entries({ ok, failed, cancelled }).map(([outcome, value]) => ({ labels: { outcome }, value }))
  );
  const tokens = all((cell) =>
    Object.entries({
      input: cell.promptTokens,
      cached: cell.cachedTokens,
      output: cell.outputTokens,
      thinking: cell.thoughtsTokens,
    }).map(([kind, value]) => ({ labels: { kind }, value }))
  );
  const cost = all((cell) => [{ value: cell.costMicros / 1_000_000 }]);
  const times = (name: string, help: string, pick: (cell: Cell) => Histogram) =>
    histograms(name, help, models.map(([model, cell]) => [{ model }, pick(cell)]));
  return [
    family("geminitro_requests_total", "counter", "Ended calls.", outcomes),
    family("geminitro_refused_total", "counter", "Requests refused before they became calls.", [
      { value: refused },
    ]),
    family("geminitro_tokens_total", "counter", "Tokens by kind; input includes cached.", tokens),
    family("geminitro_cost_usd_total", "counter", "Cost by the price table.", cost),
    family(
      "geminitro_unpriced_requests_total",
      "counter",
      "Calls whose price is not known: they are not in the cost.",
      all((cell) => [{ value: cell.unpriced }]),
    ),
    times("geminitro_request_duration_seconds", "Duration of successful calls.", ({ latency }) => latency),
    times(
      "geminitro_time_to_first_token_seconds",
      "Time to the first token of successful calls.",
      ({ firstToken }) => firstToken,
    ),
    times("geminitro_queue_wait_seconds", "How long calls waited for a key.", ({ queued }) => queued),
  ];
}

/** The overview as numbers. */
function stateFamilies({ at, verdict, models, calls }: Overview): readonly string[] {
  const statuses = ["ok", "degraded", "exhausted", "empty"] as const;
  const states = ["open", "busy", "out", "unavailable"] as const;
  const now = Date.parse(at);
  const out = models.filter(({ state, until }) => state === "out" && until !== null);
  return [
    family(
      "geminitro_status",
      "gauge",
      "1 for the state that holds: see GET /api/overview.",
      statuses.map((status) => ({ labels: { status }, value: Number(verdict.status === status) })),
    ),
    family(
      "geminitro_model_state",
      "gauge",
      "1 for the state of each model that was asked.",
      models.flatMap(({ model, state }) =>
        states.map((one) => ({ labels: { model, state: one }, value: Number(one === state) }))
      ),
    ),
    family(
      "geminitro_model_out_seconds",
      "gauge",
      "Until a model that is out is served again.",
      out.map(({ model, until }) => ({ labels: { model }, value: (Date.parse(until!) - now) / 1_000 })),
    ),
    family("geminitro_calls", "gauge", "Calls that are not over.", [
      { labels: { state: "running" }, value: calls.running },
      { labels: { state: "waiting" }, value: calls.waiting },
    ]),
  ];
}

/** Project x model: the known limits of Google's. Unknown is left out. */
function quotaFamilies(admin: Admin, now: number): readonly string[] {
  const { buckets } = admin.pool();
  const known = (pick: "left" | "limit") =>
    buckets.flatMap(({ model, project, source, limits }) =>
      limits.flatMap((limit) => {
        const value = limit[pick];
        return value === undefined ? [] : [{ labels: { model, project, source, kind: limit.kind }, value }];
      })
    );
  const cooling = buckets.filter(({ coolingUntil }) => (coolingUntil ?? 0) > now);
  return [
    family("geminitro_quota_left", "gauge", "Left of a known limit.", known("left")),
    family("geminitro_quota_limit", "gauge", "A known limit.", known("limit")),
    family(
      "geminitro_quota_cooldown_seconds",
      "gauge",
      "Until a project serves a model again.",
      cooling.map(({ model, project, source, coolingUntil = now }) => ({
        labels: { model, project, source },
        value: (coolingUntil - now) / 1_000,
      })),
    ),
  ];
}

function keyFamilies(keys: Admins<"keys">, health: Admins<"health">): readonly string[] {
  const { total: _total, minCooldown, ...statuses } = health.keys;
  const states = Object.entries(statuses)
    .flatMap(([status, value]) => typeof value === "number" ? [{ labels: { status }, value }] : []);
  const byKey = (pick: (key: Admins<"keys">[number]) => number) =>
    keys.map((key) => ({ labels: { key: key.id }, value: pick(key) }));
  const { length, expectedWaitMs } = health.queue;
  return [
    family("geminitro_keys", "gauge", "Keys by status.", states),
    family("geminitro_key_requests_total", "counter", "Calls by key.", byKey((key) => key.usage)),
    family("geminitro_key_errors_total", "counter", "Failed calls by key.", byKey((key) => key.errors)),
    family("geminitro_key_in_flight", "gauge", "Running calls by key.", byKey((key) => key.inFlight)),
    family("geminitro_cooldown_seconds", "gauge", "Until the first cooling key serves again.", [{
      value: minCooldown,
    }]),
    family("geminitro_queue_length", "gauge", "Calls that wait.", [{ value: length }]),
    family("geminitro_queue_expected_wait_seconds", "gauge", "Expected wait of one more call.", [{
      value: expectedWaitMs / 1_000,
    }]),
  ];
}

function capFamilies(progress: Admins<"capProgress">): readonly string[] {
  const byCap = (pick: (cap: Admins<"capProgress">[number]) => number) =>
    progress.map((cap) => ({ labels: { cap: cap.model, unit: cap.unit }, value: pick(cap) }));
  return [
    family("geminitro_cap_used", "gauge", "Used of a cap.", byCap((cap) => cap.current)),
    family("geminitro_cap_limit", "gauge", "Limit of a cap.", byCap((cap) => cap.limit)),
  ];
}

function histograms(
  name: string,
  help: string,
  all: readonly (readonly [Labels, Histogram])[],
): string {
  const lines = all.filter(([, histogram]) => histogram.size > 0).flatMap(([labels, histogram]) => {
    const { counts, total, sumMs } = cumulative(histogram, BOUNDS.map((bound) => bound * 1_000));
    return [
      ...BOUNDS.map((bound, index) =>
        line(`${name}_bucket`, { ...labels, le: String(bound) }, counts[index]!)
      ),
      line(`${name}_bucket`, { ...labels, le: "+Inf" }, total),
      line(`${name}_sum`, labels, sumMs / 1_000),
      line(`${name}_count`, labels, total),
    ];
  });
  return lines.length === 0
    ? ""
    : [`# HELP ${name} ${help}`, `# TYPE ${name} histogram`, ...lines, ""].join("\n");
}

function family(name: string, type: "counter" | "gauge", help: string, samples: readonly Sample[]): string {
  if (samples.length === 0) return "";
  const lines = samples.map(({ labels, value }) => line(name, labels ?? {}, value));
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines, ""].join("\n");
}

function line(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escape(text)}"`);
  return `${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${value}`;
}

function escape(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
