import type { Admin, CellView } from "../../admin/mod.ts";

interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The figures as Prometheus reads them. Counters are sums over all processes of the database, so scrape one of them. */
export async function metricsText(admin: Admin): Promise<string> {
  const [stats, health, progress, keys] = await Promise.all([
    admin.stats(),
    admin.health(false),
    admin.capProgress(),
    admin.keys(),
  ]);
  const models = Object.entries(stats.modelStats);
  const byModel = (value: (cell: CellView) => number) =>
    models.map(([model, cell]) => ({ labels: { model }, value: value(cell) }));
  const outcomes = models.flatMap(([model, cell]) => [
    { labels: { model, outcome: "ok" }, value: cell.success },
    { labels: { model, outcome: "failed" }, value: cell.errors },
    { labels: { model, outcome: "cancelled" }, value: cell.cancelled },
  ]);
  const tokens = models.flatMap(([model, { tokens }]) =>
    (["input", "cached", "output", "thinking"] as const)
      .map((kind) => ({ labels: { model, kind }, value: tokens[kind] }))
  );
  const { total: _total, minCooldown, ...statuses } = health.keys;
  const states = Object.entries(statuses)
    .flatMap(([status, value]) => typeof value === "number" ? [{ labels: { status }, value }] : []);
  const quantiles = (pick: (cell: CellView) => CellView["latency"]) =>
    models.flatMap(([model, cell]) =>
      Object.entries(pick(cell)).flatMap(([name, ms]) =>
        ms === null
          ? []
          : [{ labels: { model, quantile: `0.${name.slice(1).replace(/0$/, "")}` }, value: ms / 1_000 }]
      )
    );
  return [
    family("geminitro_build_info", "gauge", "Version of the program.", [{
      labels: { version: admin.version },
      value: 1,
    }]),
    family("geminitro_uptime_seconds", "gauge", "Time since the start.", [{ value: health.uptime }]),
    family("geminitro_requests_total", "counter", "Ended calls.", outcomes),
    family("geminitro_tokens_total", "counter", "Tokens by kind; input includes cached.", tokens),
    family("geminitro_cost_usd_total", "counter", "Cost by the price table.", byModel((cell) => cell.cost)),
    family(
      "geminitro_request_duration_seconds",
      "gauge",
      "Duration of successful calls.",
      quantiles((cell) => cell.latency),
    ),
    family(
      "geminitro_first_token_seconds",
      "gauge",
      "Time to the first token.",
      quantiles((cell) => cell.firstToken),
    ),
    family("geminitro_keys", "gauge", "Keys by status.", states),
    family(
      "geminitro_key_requests_total",
      "counter",
      "Attempts by key.",
      keys.map((key) => ({ labels: { key: key.id }, value: key.usage })),
    ),
    family(
      "geminitro_key_errors_total",
      "counter",
      "Failed attempts by key.",
      keys.map((key) => ({ labels: { key: key.id }, value: key.errors })),
    ),
    family(
      "geminitro_key_in_flight",
      "gauge",
      "Running calls by key.",
      keys.map((key) => ({ labels: { key: key.id }, value: key.inFlight })),
    ),
    family("geminitro_cooldown_seconds", "gauge", "Until the first cooling key serves again.", [{
      value: minCooldown,
    }]),
    family("geminitro_queue_length", "gauge", "Calls that wait.", [{ value: health.queue.length }]),
    family("geminitro_queue_wait_seconds", "gauge", "Expected wait.", [{
      value: health.queue.expectedWaitMs / 1_000,
    }]),
    family(
      "geminitro_cap_used",
      "gauge",
      "Used of a cap.",
      progress.map((cap) => ({ labels: { cap: cap.model, unit: cap.unit }, value: cap.current })),
    ),
    family(
      "geminitro_cap_limit",
      "gauge",
      "Limit of a cap.",
      progress.map((cap) => ({ labels: { cap: cap.model, unit: cap.unit }, value: cap.limit })),
    ),
  ].join("");
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
