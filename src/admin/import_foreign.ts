import { isObject, type JsonObject, parseForeign, sha256, sourcesOf, type Tier, TIERS } from "../core/mod.ts";
import type { CapRecord, CredentialDraft } from "../store/mod.ts";
import { emptyPlan, type ImportPlan, keysAmong } from "./import_plan.ts";

/** The names of the original program's files, as they come in one request. */
export const SEED_FILES = [
  "keys.json",
  "models.json",
  "usage_caps.json",
  "history.json",
  "aliases.json",
] as const;

/** Reads the files of an earlier program's `.geminitro` folder, by name; any may be missing. */
export function planSeed(files: Readonly<Record<string, unknown>>): ImportPlan {
  const keys = seedKeys(files["keys.json"]);
  const caps = seedCaps(files["usage_caps.json"]);
  const history = seedHistory(files["history.json"]);
  const models = seedModels(files["models.json"]);
  return {
    ...emptyPlan("seed"),
    ...keys,
    ...caps,
    ...models,
    aliases: [...models.aliases, ...seedAliases(files["aliases.json"])],
    ...(history === undefined ? {} : { history }),
    notTaken: [...keys.notTaken, ...models.notTaken],
    notes: [
      ...(files["models.json"] === undefined
        ? []
        : ["The list of models is not taken over: the keys are asked for it again"]),
      ...(history === undefined ? [] : ["Earlier figures are kept beside ours, keys named by hash"]),
    ],
  };
}

/** Old form: texts. New form: objects with key or refreshToken, source, email, label and tier. */
function seedKeys(value: unknown): Pick<ImportPlan, "drafts" | "notTaken"> {
  const list = Array.isArray(value)
    ? value
    : isObject(value) && Array.isArray(value["keys"])
    ? value["keys"]
    : [];
  const drafts: CredentialDraft[] = [];
  let unreadable = 0;
  for (const entry of list) {
    const draft = typeof entry === "string" ? apiKey(entry) : isObject(entry) ? seedKey(entry) : undefined;
    if (draft === undefined) unreadable++;
    else drafts.push(draft);
  }
  return { drafts, notTaken: unreadable === 0 ? [] : [`${unreadable} entries of keys.json cannot be read`] };
}

function seedKey(entry: Record<string, unknown>): CredentialDraft | undefined {
  const source = entry["source"] ?? entry["provider"];
  const account = sourcesOf("oauth").find((one) => one === source);
  const oauth = account !== undefined || entry["type"] === "oauth";
  const common = { ...text(entry, "label"), ...tierOf(entry["priorityTier"] ?? entry["tier"]) };
  if (!oauth) return typeof entry["key"] === "string" ? { ...apiKey(entry["key"]), ...common } : undefined;
  const refreshToken = entry["refreshToken"] ?? entry["key"];
  const { email } = entry;
  if (typeof refreshToken !== "string" || typeof email !== "string") return undefined;
  const project = entry["projectId"] ?? entry["project"];
  return {
    source: account ?? "antigravity",
    email,
    refreshToken,
    ...common,
    ...(typeof project === "string" ? { codeAssistProject: project } : {}),
  };
}

function apiKey(key: string): { readonly source: "api_key"; readonly key: string } {
  return { source: "api_key", key: key.trim() };
}

function text(entry: Record<string, unknown>, field: "label"): { label?: string } {
  const value = entry[field];
  return typeof value === "string" ? { [field]: value.slice(0, 200) } : {};
}

function tierOf(value: unknown): { tier?: Tier } {
  const tier = TIERS.find((one) => one === value);
  return tier === undefined ? {} : { tier };
}

const PERIODS = ["hourly", "daily", "weekly", "monthly"] as const;

function seedCaps(value: unknown): Pick<ImportPlan, "caps" | "capSchedule"> {
  if (!isObject(value)) return { caps: [] };
  const list = Array.isArray(value["caps"]) ? value["caps"] : [];
  const { resetTime, timezone } = value;
  return {
    caps: list.flatMap((cap) => (isObject(cap) ? seedCap(cap) : undefined) ?? []),
    ...(typeof resetTime === "string"
      ? { capSchedule: { resetTime, timezone: typeof timezone === "string" ? timezone : "local" } }
      : {}),
  };
}

function seedCap(cap: Record<string, unknown>): Omit<CapRecord, "updatedAt"> | undefined {
  const { model } = cap;
  const limit = Number(cap["limit"]);
  if (typeof model !== "string" || !Number.isSafeInteger(limit) || limit < 0) return undefined;
  const threshold = Number(cap["alertThreshold"]);
  return {
    model: model.replace(/^models\//, ""),
    limit,
    unit: "requests",
    period: PERIODS.find((one) => one === cap["period"]) ?? "daily",
    alertThreshold: threshold > 0 && threshold <= 100 ? threshold : 80,
    action: cap["action"] === "reject" ? "reject" : "try_next",
    enabled: cap["enabled"] !== false,
  };
}

/**
 * Aliases and quota groups are beside the list of models: `{models, aliases, quotaGroups}`. Names may be written
 * "Gemini 2.5 Pro".
 */
function seedModels(value: unknown): Pick<ImportPlan, "aliases" | "quotaGroups" | "notTaken"> {
  const file = isObject(value) ? value : {};
  const notTaken: string[] = [];
  const grouped = new Set<string>();
  const quotaGroups = Object.entries(isObject(file["quotaGroups"]) ? file["quotaGroups"] : {}).flatMap(
    ([name, list]) => {
      const inside = isObject(list) ? list["models"] : list;
      const models = Array.isArray(inside)
        ? inside.filter((one) => typeof one === "string").map(modelId)
        : [];
      const problem = models.length === 0
        ? "has no list of models"
        : models.some((model) => grouped.has(model))
        ? "has a model that is in another group"
        : undefined;
      if (problem !== undefined) notTaken.push(`The quota group ${name.slice(0, 100)} ${problem}`);
      for (const model of models) grouped.add(model);
      return problem === undefined ? [{ name, models: [...new Set(models)] }] : [];
    },
  );
  const aliases = seedAliases(file["aliases"]).map(({ name, target }) => ({
    name: modelId(name),
    target: modelId(target),
  }));
  const given = isObject(file["aliases"]) ? Object.keys(file["aliases"]).length : aliases.length;
  if (given > aliases.length) {
    notTaken.push(`${given - aliases.length} aliases of models.json cannot be read`);
  }
  return { aliases, quotaGroups, notTaken };
}

/** `Gemini 2.5 Pro` and `models/gemini-2.5-pro` mean the same model. */
function modelId(text: string): string {
  return text.trim().replace(/^models\//, "").toLowerCase().replaceAll(/\s+/g, "-");
}

/** An object of name to target, or a list of them. */
function seedAliases(value: unknown): ImportPlan["aliases"] {
  const entries = Array.isArray(value)
    ? value.flatMap((one) =>
      isObject(one) ? [[one["name"] ?? one["alias"], one["target"] ?? one["model"]]] : []
    )
    : isObject(value)
    ? Object.entries(value)
    : [];
  return entries.flatMap(([name, target]) =>
    typeof name === "string" && typeof target === "string" ? [{ name, target }] : []
  );
}

/** Figures with every secret used as a name replaced by a hash, and without their millions of timestamps. */
function seedHistory(value: unknown): JsonObject | undefined {
  if (!isObject(value)) return undefined;
  const keyUsage = isObject(value["keyUsage"]) ? value["keyUsage"] : {};
  const counts = (entry: unknown) =>
    isObject(entry)
      ? { requests: count(entry["requests"]), errors: count(entry["errors"]) }
      : { requests: 0, errors: 0 };
  return {
    totalRequests: count(value["totalRequests"]),
    totalSuccess: count(value["totalSuccess"]),
    totalErrors: count(value["totalErrors"]),
    daily: Object.fromEntries(
      Object.entries(isObject(value["daily"]) ? value["daily"] : {})
        .filter(([day]) => /^\d{4}-\d\d-\d\d$/.test(day))
        .map(([day, entry]) => [day, counts(entry)]),
    ),
    models: Object.fromEntries(
      Object.entries(isObject(value["models"]) ? value["models"] : {}).map((
        [model, used],
      ) => [model.slice(0, 100), count(used)]),
    ),
    keyUsage: Object.fromEntries(
      Object.entries(keyUsage).map(([key, entry]) => [hashName(key), counts(entry)]),
    ),
  };
}

function count(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? Math.floor(value) : 0;
}

/** Part of a hash: enough to tell keys apart, not enough to identify one. */
function hashName(key: string): string {
  return sha256(key).slice(0, 16);
}

/** gemini-balance keeps its keys in API_KEYS (and VERTEX_API_KEYS): as a list, or as JSON text in an environment file. */
export function planBalance(document: Record<string, unknown>): ImportPlan | undefined {
  const keys = document["API_KEYS"] ?? document["api_keys"];
  const list = Array.isArray(keys) ? keys.filter((key) => typeof key === "string") : undefined;
  if (list === undefined) return undefined;
  return { ...emptyPlan("gemini-balance"), drafts: list.map(apiKey) };
}

/** A plain list, an environment file with API_KEYS=[...], or one key per line. */
export function planText(content: string): ImportPlan {
  const begin = /^[ \t]*(?:export[ \t]+)?API_KEYS[ \t]*=[ \t]*'?(?=\[)/m.exec(content);
  const start = begin === null ? -1 : begin.index + begin[0].length;
  const end = start < 0 ? -1 : content.indexOf("]", start) + 1;
  const listed = end > 0 ? content.slice(start, end) : undefined;
  if (listed !== undefined) {
    try {
      return planBalance({ API_KEYS: parseForeign(listed) }) ?? emptyPlan("list");
    } catch {
      // Not JSON: read as a plain list below.
    }
  }
  const { keys, passed } = keysAmong(content);
  const notTaken = passed === 0
    ? []
    : [`${passed} lines or words do not look like a key and are passed over`];
  return { ...emptyPlan("list"), drafts: keys.map(apiKey), notTaken };
}
