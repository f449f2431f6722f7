import table from "../../data/limits.json" with { type: "json" };
import { type Credential, type CredentialId, matchesGlob, redact, type Tier } from "../core/mod.ts";
import type { BoardCell, QuotaBoard } from "../management/contract.ts";
import type { BucketLimitView, BucketView } from "../pool/contract.ts";
import type { AdminDeps } from "./admin_deps.ts";
import { bucketReports } from "./buckets.ts";
import { listQuotaGroups, type QuotaGroupView } from "./aliases.ts";
import { listLimits } from "./limits.ts";
import { isoOf, REASONS } from "./verdict.ts";

/** A page shows at most so many cells; the busiest models and projects; a filter finds the others. */
const MOST_CELLS = 800;
const MOST_MODELS = 40;
const MOST_KEYS = 20;
const MOST_IDLE = 100;

type Report = Awaited<ReturnType<typeof bucketReports>>[number];

/**
 * The board of models by projects: the state of each and why. Without words only models that were called; with
 * words all whose names contain them.
 */
export async function quotaBoard(deps: AdminDeps, words: string): Promise<QuotaBoard> {
  const now = deps.ports.clock.now();
  const [reports, credentials, groups, limits] = await Promise.all([
    bucketReports(deps),
    deps.store.credentials.list(),
    listQuotaGroups(deps),
    listLimits(deps),
  ]);
  const tiers = new Map(credentials.map(({ id, tier }) => [id, tier]));
  const names = new Map(credentials.map((one) => [one.id, nameOf(one)]));
  // A model that was put into a quota group keeps its old bucket, which nothing uses any more.
  const own = reports.filter(({ model }) =>
    model.startsWith("group:") || deps.catalog.groupOf(model) === undefined
  );
  const titled = own.map((report) => ({
    report,
    project: projectOf(report),
    title: titleOf(report, names),
  }));
  const wanted = words.trim().toLowerCase();
  const asked = new Set(own.filter(wasAsked).map(({ model }) => model));
  const matching = titled.filter(({ report, title }) =>
    wanted === ""
      ? asked.has(report.model)
      : `${membersOf(report.model, groups).join(" ")} ${report.model} ${title}`.toLowerCase().includes(wanted)
  );
  const models = busiest(matching, ({ report }) => report.model).slice(0, MOST_MODELS);
  const inModels = matching.filter(({ report }) => models.includes(report.model));
  const projects = busiest(inModels, ({ project }) => project)
    .slice(0, Math.floor(MOST_CELLS / Math.max(1, models.length)));
  const shown = inModels.filter(({ project }) => projects.includes(project));
  const cells = shown.map(({ report, project }) =>
    cellOf(deps, report, project, {
      model: membersOf(report.model, groups)[0] ?? report.model,
      tier: tiers.get(report.credentials[0]!),
    })
  );
  const known = new Set(cells.map(({ limitName }) => limitName));
  return {
    at: new Date(now).toISOString(),
    projects: projectRows(shown, names),
    models: models.map((id) => ({ id, members: membersOf(id, groups) })).sort(byName(({ id }) => id)),
    cells,
    left: {
      models: new Set(matching.map(({ report }) => report.model)).size - models.length,
      projects: new Set(inModels.map(({ project }) => project)).size - projects.length,
    },
    idle: idleModels(deps, asked),
    limits: limits.filter(({ name }) => known.has(name) || models.includes(name) || name === "*"),
  };
}

interface TitledReport {
  readonly report: Report;
  readonly project: string;
  readonly title: string;
}

/** A row for each project that has a cell, by name. */
function projectRows(
  shown: readonly TitledReport[],
  names: ReadonlyMap<string, string>,
): QuotaBoard["projects"] {
  return distinct(shown, ({ project }) => project).map(({ project, report, title }) => {
    const owners = shown.filter((one) => one.project === project).flatMap((one) => one.report.credentials);
    const keys = [...new Set(owners)];
    return {
      id: project,
      name: title,
      source: report.source,
      kind: report.projectKind,
      keys: keys.slice(0, MOST_KEYS).map((id) => ({ id, name: names.get(id) ?? id })),
      keyCount: keys.length,
    };
  }).sort(byName(({ name }) => name));
}

/** Models that have not been called, neither by name nor through their quota group. */
function idleModels({ catalog }: AdminDeps, asked: ReadonlySet<string>): readonly string[] {
  return catalog.list().filter(({ id, aliasOf, variantOf }) =>
    aliasOf === undefined && variantOf === undefined && !asked.has(id) &&
    !asked.has(`group:${catalog.groupOf(id)}`)
  ).slice(0, MOST_IDLE).map(({ id }) => id);
}

/** A project is counted apart at each source. */
function projectOf({ source, project }: BucketView): string {
  return `${source}/${project}`;
}

function nameOf(credential: Credential): string {
  const email = "email" in credential ? credential.email : "";
  return redact(credential.label) || email || `…${credential.tail.replace(/^\.+/, "")}`;
}

/** The title of a project; one that is only known as one key has that key's name. */
function titleOf(
  { project, projectKind, credentials }: BucketView,
  names: ReadonlyMap<CredentialId, string>,
) {
  return projectKind === "key" ? names.get(credentials[0]!) ?? project : project;
}

function membersOf(model: string, groups: readonly QuotaGroupView[]): readonly string[] {
  return groups.find(({ name }) => model === `group:${name}`)?.models ?? [];
}

function isKnown(limit: BucketLimitView): boolean {
  return limit.used > 0 || limit.limit !== undefined || limit.left !== undefined;
}

function wasAsked(report: Report): boolean {
  return report.coolingUntil !== undefined || report.limits.some(isKnown);
}

/** Names sorted by use: closed ones first, then the most used. */
function busiest<Row extends { readonly report: Report }>(
  rows: readonly Row[],
  name: (row: Row) => string,
): string[] {
  const weights = new Map<string, number>();
  for (const row of rows) {
    const { limits, coolingUntil } = row.report;
    const used = limits.reduce((sum, limit) => sum + (limit.kind === "requests_per_day" ? limit.used : 0), 0);
    const weight = used + (coolingUntil === undefined ? 0 : 1_000) + (wasAsked(row.report) ? 1 : 0);
    weights.set(name(row), (weights.get(name(row)) ?? 0) + weight);
  }
  return [...weights].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([key]) => key);
}

function distinct<Row>(rows: readonly Row[], key: (row: Row) => string): Row[] {
  return [...new Map(rows.map((row) => [key(row), row])).values()];
}

function byName<Row>(name: (row: Row) => string) {
  const { compare } = new Intl.Collator("en", { numeric: true });
  return (a: Row, b: Row) => compare(name(a), name(b));
}

function cellOf(
  deps: AdminDeps,
  report: Report,
  project: string,
  { model, tier }: { readonly model: string; readonly tier: Tier | undefined },
): BoardCell {
  const { id, credentials, source, limits } = report;
  const standing = deps.pool.standing(model, [source], credentials);
  const { state, reason, until, able, total } = standing;
  const closed = state !== "open" && report.coolingUntil !== undefined;
  return {
    bucket: id,
    project,
    model: report.model,
    limitName: `${report.model}@${report.project}`,
    state,
    reason,
    why: reason === null ? null : REASONS[reason] ?? reason,
    until: isoOf(until),
    since: closed ? isoOf(report.coolingSince) : null,
    said: closed ? report.coolingReason ?? null : null,
    keys: { able, total },
    limits: limits.flatMap((limit) => limitView(limit, publishedLimit(report, tier, limit.kind))),
  };
}

/** A limit as shown, if it is known, used or published. */
function limitView(
  { ageMs: _age, forecast, resetsAt, asOf, ...limit }: Report["limits"][number],
  figure: PublishedLimit | undefined,
): BoardCell["limits"] {
  const published = limit.limit === undefined ? figure : undefined;
  if (!isKnown(limit) && published === undefined) return [];
  return [{
    ...limit,
    ...(resetsAt === undefined ? {} : { resetsAt: new Date(resetsAt).toISOString() }),
    ...(asOf === undefined ? {} : { asOf: new Date(asOf).toISOString() }),
    ...(published === undefined ? {} : { published }),
    exhaustedAt: forecast.exhaustedAt,
  }];
}

/** A published limit with its publisher and date; not confirmed for any of this user's projects. */
interface PublishedLimit {
  readonly limit: number;
  readonly source: string;
  /** Year, month or day. */
  readonly date: string;
}

interface Row {
  readonly models: readonly string[];
  readonly requestsPerMinute?: number;
  readonly tokensPerMinute?: number;
  readonly requestsPerDay?: number;
  readonly date: string;
  readonly source: string;
}

const FIELDS = {
  requests_per_minute: "requestsPerMinute",
  tokens_per_minute: "tokensPerMinute",
  requests_per_day: "requestsPerDay",
} as const;

const TIERS: Readonly<Partial<Record<Tier, readonly Row[]>>> = table.tiers;

/**
 * The published value of one limit of a model for a tier; undefined where there is none, or where more was
 * served than it allows. The first row that names the model counts.
 */
export function publishedLimit(
  { model, source, limits }: Pick<BucketView, "model" | "source" | "limits">,
  tier: Tier | undefined,
  kind: BucketView["limits"][number]["kind"],
): PublishedLimit | undefined {
  if (source !== "api_key" || tier === undefined || kind === "remaining_fraction") return undefined;
  const row = TIERS[tier]?.find(({ models }) => models.some((glob) => matchesGlob(glob, model)));
  const limit = row?.[FIELDS[kind]];
  const used = limits.find((one) => one.kind === kind)?.used ?? 0;
  return row === undefined || limit === undefined || used > limit
    ? undefined
    : { limit, source: row.source, date: row.date };
}
