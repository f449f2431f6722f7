import type { Admin, CellView } from "../admin/mod.ts";

interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

type Admins<Name extends "stats" | "health" | "capProgress" | "keys"> = Awaited<ReturnType<Admin[Name]>>;

/** The figures as Prometheus reads them. Counters are sums over all processes of the database, so scrape one of them. */
export async function metricsText(admin: Admin): Promise<string> {
  const [stats, health, progress, keys] = await Promise.all([
    admin.stats(),
    admin.health(false),
    admin.capProgress(),
    admin.keys(),
  ]);
  const version = [{ labels: { version: admin.version }, value: 1 }];
  return [
    family("geminitro_build_info", "gauge", "Version of the program.", version),
    family("geminitro_uptime_seconds", "gauge", "Time since the start.", [{ value: health.uptime }]),
    ...modelFamilies(Object.entries(stats.modelStats)),
    ...keyFamilies(keys, health),
    ...capFamilies(progress),
  ].join("");
}

function modelFamilies(models: readonly (readonly [string, CellView])[]): readonly string[] {
  const all = (samplesOf: (cell: CellView) => readonly Sample[]) =>
    models.flatMap(([model, cell]) =>
      samplesOf(cell).map(({ labels, value }) => ({ labels: { model, ...labels }, value }))
    );
  const outcomes = all((cell) => [
    { labels: { outcome: "ok" }, value: cell.success },
    { labels: { outcome: "failed" }, value: cell.errors },
    { labels: { outcome: "cancelled" }, value: cell.cancelled },
  ]);
  const tokens = all(({ tokens }) =>
    (["input", "cached", "output", "thinking"] as const).map((kind) => ({
      labels: { kind },
      value: tokens[kind],
    }))
  );
  const cost = all((cell) => [{ value: cell.cost }]);
  const duration = all((cell) => quantiles(cell.latency));
  const first = all((cell) => quantiles(cell.firstToken));
  return [
    family("geminitro_requests_total", "counter", "Ended calls.", outcomes),
    family("geminitro_tokens_total", "counter", "Tokens by kind; input includes cached.", tokens),
    family("geminitro_cost_usd_total", "counter", "Cost by the price table.", cost),
    family("geminitro_request_duration_seconds", "gauge", "Duration of successful calls.", duration),
    family("geminitro_first_token_seconds", "gauge", "Time to the first token.", first),
  ];
}

/** `p95` in milliseconds to quantile 0.95 in seconds; what was never measured is left out. */
function quantiles(latency: CellView["latency"]): readonly Sample[] {
  return Object.entries(latency).flatMap(([name, ms]) =>
    ms === null ? [] : [{ labels: { quantile: `0.${name.slice(1).replace(/0$/, "")}` }, value: ms / 1_000 }]
  );
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
    family("geminitro_key_requests_total", "counter", "Attempts by key.", byKey((key) => key.usage)),
    family("geminitro_key_errors_total", "counter", "Failed attempts by key.", byKey((key) => key.errors)),
    family("geminitro_key_in_flight", "gauge", "Running calls by key.", byKey((key) => key.inFlight)),
    family("geminitro_cooldown_seconds", "gauge", "Until the first cooling key serves again.", [{
      value: minCooldown,
    }]),
    family("geminitro_queue_length", "gauge", "Calls that wait.", [{ value: length }]),
    family("geminitro_queue_wait_seconds", "gauge", "Expected wait.", [{ value: expectedWaitMs / 1_000 }]),
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

function family(name: string, type: "counter" | "gauge", help: string, samples: readonly Sample[]): string {
  if (samples.length === 0) return "";
  const lines = samples.map(({ labels, value }) => `${name}${labelText(labels)} ${value}`);
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines, ""].join("\n");
}

function labelText(labels: Readonly<Record<string, string>> | undefined): string {
  if (labels === undefined) return "";
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escape(value)}"`);
  return `{${pairs.join(",")}}`;
}

function escape(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
