import { isObject } from "../../../core/mod.ts";

/**
 * Google's collections of resources that belong to the project whose key made them. Others work too, by their path alone;
 * these are also recognised where a body names them, and where a reply does.
 */
export const COLLECTIONS = [
  "files",
  "cachedContents",
  "batches",
  "operations",
  "tunedModels",
  "fileSearchStores",
  "interactions",
  "agents",
  "environments",
  "triggers",
  "webhooks",
  "voices",
  "credentials",
  "auth_tokens",
  "corpora",
] as const;
const KNOWN: ReadonlySet<string> = new Set(COLLECTIONS);

/** The parts of a native path that is not a plain call on a model. */
export interface ResourcePath {
  readonly version: string;
  readonly front?: "upload" | "download";
  /** Segments after the version, encoded, the last without its `:method`. */
  readonly segments: readonly string[];
  readonly method?: string;
  /** The first segment: files, batches, models, or one that Google adds later. */
  readonly collection: string;
  /** The resource that owns what the path names, for example `fileSearchStores/x` of one of its documents. */
  readonly name?: string;
}

const PATH_REGEXP = /^(?:\/(upload|download))?\/(v\d\w*)\/([^/].*)$/;
const ID_REGEXP = /^[\w.~@=+-][\w.~@=+%-]{0,299}$/;

/** Reads a path in the spelling of `addressOf`; undefined when it names nothing. */
export function parseResourcePath(pathname: string): ResourcePath | undefined {
  const [, front, version = "", rest = ""] = PATH_REGEXP.exec(pathname) ?? [];
  if (version === "") return undefined;
  const written = rest.split("/");
  const [, last = "", method] = /^(.*?)(?::(\w{1,60}))?$/.exec(written.at(-1)!) ?? [];
  const segments = [...written.slice(0, -1), last];
  const [collection = ""] = segments;
  if (!/^[A-Za-z]\w{0,60}$/.test(collection)) return undefined;
  const name = rootOf(segments);
  return {
    version,
    segments,
    collection,
    ...(front === "upload" || front === "download" ? { front } : {}),
    ...(method === undefined ? {} : { method }),
    ...(name === undefined ? {} : { name }),
  };
}

/** The owned resource that contains a path: models belong to nobody, but their operations do. */
function rootOf(segments: readonly string[]): string | undefined {
  const [collection = "", id = "", part, inner = ""] = segments;
  if (collection === "models") {
    return part === "operations" && ID_REGEXP.test(inner) ? segments.slice(0, 4).join("/") : undefined;
  }
  return ID_REGEXP.test(id) ? `${collection}/${id}` : undefined;
}

const MOST_VALUES = 20_000;
const DEEPEST = 12;
/** Fields with text of people and models, in which a name has no meaning. */
const PROSE: ReadonlySet<string> = new Set([
  "text",
  "contents",
  "candidates",
  "parts",
  "inlinedResponses",
  "output_text",
  "steps",
  "outputs",
  "displayName",
  "display_name",
  "description",
]);

/** Fields that hold the bare id of a resource. */
const ID_FIELDS: Readonly<Record<string, string>> = {
  previous_interaction_id: "interactions",
  interaction_id: "interactions",
  environment_id: "environments",
  trigger_id: "triggers",
  webhook_id: "webhooks",
};
/** Fields with a bare id or a value of Google's own, which belongs to nobody. */
const MAYBE_FIELDS: Readonly<Record<string, string>> = {
  environment: "environments",
  base_environment: "environments",
  from_environment: "environments",
  agent: "agents",
  voice: "voices",
};

/** Fields of requests that hold the name or the address of a resource. */
const NAME_FIELDS: ReadonlySet<string> = new Set([
  "fileUri",
  "file_uri",
  "uri",
  "uris",
  "fileName",
  "file_name",
  "file",
  "cachedContent",
  "cached_content",
  "fileSearchStoreNames",
  "file_search_store_names",
  "model",
  "baseModel",
  "environment",
  "base_environment",
  "from_environment",
  "agent",
  "voice",
  "name",
  "source",
]);
/** Fields of requests with text of people, models and their tools. */
const WRITTEN: ReadonlySet<string> = new Set([
  "text",
  "displayName",
  "display_name",
  "description",
  "functionCall",
  "function_call",
  "functionResponse",
  "function_response",
  "functionDeclarations",
  "function_declarations",
  "args",
  "arguments",
  "response",
  "result",
  "parameters",
  "responseSchema",
  "response_schema",
  "responseJsonSchema",
  "response_json_schema",
  "response_format",
]);

/** A resource that a body names. */
export interface Reference {
  readonly name: string;
  /** False when the value may be Google's own. */
  readonly sure: boolean;
}

/** A whole string that names a resource: `files/x`, or its address at Google or here. */
function resourceIn(text: string, collections: ReadonlySet<string> = KNOWN): string | undefined {
  if (text.length > 500 || !text.includes("/")) return undefined;
  const path = /^https?:\/\/[^/]+\/(?:(?:upload|download)\/)?v\d\w*\/(.+)$/.exec(text)?.[1] ??
    (text.includes("://") ? "" : text);
  const segments = path.split("?")[0]!.replace(/:\w+$/, "").split("/");
  if (segments[0] === "models" && segments.length === 4) return rootOf(segments);
  return collections.has(segments[0] ?? "") ? rootOf(segments) : undefined;
}

/** The resources that a request's body names. */
export function referencesIn(body: unknown): readonly Reference[] {
  const found = new Map<string, boolean>();
  const note = (name: string, sure: boolean) => found.set(name, sure || (found.get(name) ?? false));
  walk(body, (key, value) => {
    const named = NAME_FIELDS.has(key) ? resourceIn(value) : undefined;
    if (named !== undefined) return void note(named, true);
    const kind = ID_FIELDS[key] ?? MAYBE_FIELDS[key];
    if (kind !== undefined && ID_REGEXP.test(value)) note(`${kind}/${value}`, key in ID_FIELDS);
  }, WRITTEN);
  return [...found].map(([name, sure]) => ({ name, sure }));
}

/** The resources that Google's reply to a call on a collection names: those it created, listed or continued. */
export function namesInReply(body: unknown, collection: string): readonly string[] {
  const found = new Set<string>();
  const known = new Set([...KNOWN, collection]);
  walk(body, (key, value) => {
    const named = resourceIn(value, known);
    if (named !== undefined) found.add(named);
    const kind = ID_FIELDS[key];
    if (kind !== undefined && ID_REGEXP.test(value)) found.add(`${kind}/${value}`);
  }, PROSE);
  for (const item of collection === "models" ? [] : itemsOf(body)) {
    const id = item["id"];
    if (typeof id === "string" && ID_REGEXP.test(id)) found.add(`${collection}/${id}`);
  }
  return [...found];
}

/** The object itself, the objects in it, and the items of its lists. */
function itemsOf(body: unknown): readonly Readonly<Record<string, unknown>>[] {
  if (!isObject(body)) return [];
  const inner = Object.values(body).flatMap((value) => Array.isArray(value) ? value : [value]);
  return [body, ...inner.filter(isObject)];
}

function walk(
  body: unknown,
  visit: (key: string, value: string) => void,
  skipped: ReadonlySet<string>,
): void {
  let left = MOST_VALUES;
  const step = (key: string, value: unknown, depth: number): void => {
    if (left-- <= 0 || depth > DEEPEST) return;
    if (typeof value === "string") return visit(key, value);
    if (Array.isArray(value)) return value.forEach((item) => step(key, item, depth + 1));
    if (!isObject(value)) return;
    for (const [name, inner] of Object.entries(value)) if (!skipped.has(name)) step(name, inner, depth + 1);
  };
  step("", body, 0);
}
