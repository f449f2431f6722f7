import type { Json, JsonObject } from "../core/mod.ts";
import type { Answer } from "./embeddings.ts";
import { invalid, permissionOnResource, reject } from "./errors.ts";
import { asList, asObject, asText } from "./json_read.ts";
import { pageOf, storeFile } from "./resources.ts";
import type { SimState } from "./state.ts";

/** The behaviour of one collection of Google's newer resources. */
interface Collection {
  /** Old ones are identified by `name` in camelCase, new ones by a bare `id` in snake_case. */
  readonly style: "name" | "id";
  /** Fields that a new one must have; undefined: it is not made by a POST on the collection. */
  readonly needs?: readonly string[];
  /** The field of a list reply, where it is not the collection's own name. */
  readonly listed?: string;
  /** Fields of a new one that name the project's own resources, with the collection they are of. */
  readonly refers?: Readonly<Record<string, string>>;
  readonly made?: (state: SimState, name: string, body: JsonObject) => JsonObject;
  readonly methods?: readonly string[];
  readonly parts?: readonly string[];
}

const COLLECTIONS: Readonly<Record<string, Collection>> = {
  batches: { style: "name", listed: "operations", methods: ["cancel", "updateGenerateContentBatch"] },
  operations: { style: "name" },
  tunedModels: { style: "name", parts: ["operations", "permissions"], methods: ["transferOwnership"] },
  fileSearchStores: {
    style: "name",
    needs: [],
    parts: ["documents", "operations"],
    methods: ["importFile", "uploadToFileSearchStore"],
  },
  auth_tokens: { style: "name", needs: [] },
  interactions: { style: "id", methods: ["cancel"] },
  agents: { style: "id", needs: ["base_agent"], refers: { base_environment: "environments" } },
  environments: { style: "id", needs: [], refers: { from_environment: "environments" }, parts: ["files"] },
  triggers: {
    style: "id",
    needs: ["schedule", "time_zone", "interaction"],
    refers: { environment_id: "environments" },
    parts: ["executions"],
  },
  webhooks: {
    style: "id",
    needs: ["uri", "subscribed_events"],
    methods: ["ping", "rotateSigningSecret"],
    made: (state) => ({ new_signing_secret: `whsec_${state.newId(24)}`, state: "ENABLED" }),
  },
  voices: { style: "id", needs: ["voice"] },
  credentials: { style: "id", needs: ["type"] },
  // A placeholder for later additions of Google.
  widgets: { style: "name", needs: [], parts: ["gears"], methods: ["spin"] },
};

/** One request below a version, for resources other than models, files and cached contents. */
export interface OwnedRequest {
  readonly state: SimState;
  readonly project: string;
  readonly method: string;
  /** Segments after the version, the last without its `:method`. */
  readonly segments: readonly string[];
  readonly verb: string | undefined;
  readonly query: URLSearchParams;
  readonly bodyText: string;
  readonly origin: string;
}

export interface OwnedItem {
  readonly project: string;
  readonly body: JsonObject;
  /** Number of polls: operations are done at the second. */
  looks: number;
}

/** True for paths that this part of the simulator serves. */
export function isOwned(segments: readonly string[]): boolean {
  const [collection = "", , part] = segments;
  if (collection === "models") return part === "operations";
  return Object.hasOwn(COLLECTIONS, collection);
}

/** Answers one call; another project's resource is "not found". */
export function ownedCall(request: OwnedRequest): Answer {
  const { segments, method, verb } = request;
  const [collection = "", id, part, ...rest] = segments;
  if (collection === "models") {
    return id === undefined || part === undefined ? missing() : one(request, segments.join("/"));
  }
  const rules = COLLECTIONS[collection];
  if (rules === undefined) return missing();
  if (id === undefined) {
    return method === "GET" ? list(request, collection) : create(request, collection, rules);
  }
  const name = `${collection}/${id}`;
  const parent = ownedItem(request.state, request.project, name);
  if (parent === undefined) return missing();
  if (part === undefined) return verb === undefined ? one(request, name) : act(request, name, verb, rules);
  if (rules.methods?.includes(part) === true && rest.length === 0) return act(request, name, part, rules);
  if (rules.parts?.includes(part) !== true) return missing();
  if (collection === "environments") return environmentFile(request, name, rest.join("/"));
  if (rest.length > 0) return one(request, segments.join("/"));
  if (method === "GET") return list(request, `${name}/${part}`);
  return part === "executions" || part === "permissions" || part === "gears"
    ? add(request, `${name}/${part}`, { style: "id" }, { trigger_id: id, status: "running" })
    : missing();
}

function missing(): Answer {
  return { rejection: reject(404, "Requested entity was not found.") };
}

/** An item of the caller's project. */
export function ownedItem(state: SimState, project: string, name: string): OwnedItem | undefined {
  const item = state.owned.get(name);
  return item?.project === project ? item : undefined;
}

function create(request: OwnedRequest, collection: string, rules: Collection): Answer {
  if (rules.needs === undefined || request.method !== "POST") return missing();
  const body = parsed(request.bodyText);
  if (body === undefined) return { rejection: invalid("Invalid JSON payload received.") };
  const absent = rules.needs.find((field) => body[field] === undefined);
  if (absent !== undefined) return { rejection: invalid(`${absent} is required.`) };
  for (const [field, kind] of Object.entries(rules.refers ?? {})) {
    const id = asText(body[field]);
    if (id === undefined) continue;
    const name = id.startsWith(`${kind}/`) ? id : `${kind}/${id}`;
    if (ownedItem(request.state, request.project, name) === undefined) return missing();
  }
  return add(request, collection, rules, body);
}

function add(request: OwnedRequest, collection: string, rules: Collection, fields: JsonObject): Answer {
  const { state, project } = request;
  const id = asText(fields["id"]) ?? state.newId(16).toLowerCase();
  const name = `${collection}/${id}`;
  const created = new Date(state.clock.now()).toISOString();
  const body: JsonObject = rules.style === "id"
    ? { ...fields, ...rules.made?.(state, name, fields), id, created, updated: created }
    : { ...fields, ...rules.made?.(state, name, fields), name, createTime: created, updateTime: created };
  state.owned.set(name, { project, body, looks: 0 });
  return { body };
}

/** Starts a long-running operation with a name, done at the second poll. */
function startOperation(
  state: SimState,
  project: string,
  name: string,
  metadata: JsonObject,
  response: JsonObject,
): JsonObject {
  const pending: JsonObject = { name, metadata };
  state.owned.set(name, { project, looks: 0, body: { ...pending, done: true, response } });
  return pending;
}

function one(request: OwnedRequest, name: string): Answer {
  const { state, project, method } = request;
  const item = ownedItem(state, project, name);
  if (item === undefined) return missing();
  switch (method) {
    case "GET":
      item.looks++;
      return { body: item.body["done"] === true && item.looks < 2 ? pendingOf(item.body) : item.body };
    case "DELETE":
      state.owned.delete(name);
      for (const other of state.owned.keys()) if (other.startsWith(`${name}/`)) state.owned.delete(other);
      return { body: {} };
    case "PATCH": {
      const change = parsed(request.bodyText);
      if (change === undefined) return { rejection: invalid("Invalid JSON payload received.") };
      const body = { ...item.body, ...change, ...identity(item.body) };
      state.owned.set(name, { ...item, body });
      return { body };
    }
    default:
      return missing();
  }
}

function identity(body: JsonObject): JsonObject {
  return body["id"] === undefined ? { name: body["name"]! } : { id: body["id"] };
}

function pendingOf({ name, metadata }: JsonObject): JsonObject {
  const known = asObject(metadata);
  if (known === undefined) return { name: name! };
  const { output: _, ...rest } = known;
  return {
    name: name!,
    metadata: rest["state"] === undefined ? rest : { ...rest, state: "BATCH_STATE_RUNNING" },
  };
}

function list({ state, project, query }: OwnedRequest, collection: string): Answer {
  const snake = query.has("page_size") || query.has("page_token");
  const last = collection.split("/").at(-1)!;
  const { listed = last, style = "id" } = COLLECTIONS[collection] ?? {};
  const depth = collection.split("/").length + 1;
  const all = [...state.owned].filter(([name, item]) =>
    item.project === project && name.startsWith(`${collection}/`) && name.split("/").length === depth
  ).map(([, item]) => item.body);
  const page = pageOf(all, query, project);
  if ("rejection" in page) return page;
  const next = snake || style === "id" ? "next_page_token" : "nextPageToken";
  return {
    body: {
      ...(page.items.length === 0 ? {} : { [listed]: page.items }),
      ...(page.next === undefined ? {} : { [next]: page.next }),
    },
  };
}

function act(request: OwnedRequest, name: string, verb: string, rules: Collection): Answer {
  const { state, project, method } = request;
  const item = ownedItem(state, project, name);
  if (item === undefined || method !== "POST" || rules.methods?.includes(verb) !== true) return missing();
  switch (verb) {
    case "cancel": {
      const cancelled = rules.style === "id" ? { ...item.body, status: "cancelled" } : {
        ...item.body,
        done: true,
        metadata: { ...asObject(item.body["metadata"]), state: "BATCH_STATE_CANCELLED" },
      };
      state.owned.set(name, { ...item, body: cancelled, looks: 2 });
      return { body: rules.style === "id" ? cancelled : {} };
    }
    case "importFile":
      return importFile(request, name);
    case "rotateSigningSecret":
      return { body: { secret: `whsec_${state.newId(24)}` } };
    default:
      return { body: {} };
  }
}

function importFile({ state, project, bodyText }: OwnedRequest, store: string): Answer {
  const body = parsed(bodyText) ?? {};
  const file = asText(body["fileName"]) ?? asText(body["file_name"]) ?? "";
  const id = file.replace(/^files\//, "");
  if (state.resources.find("files", project, id) === undefined) {
    return { rejection: permissionOnResource("File", id) };
  }
  return { body: addDocument(state, project, store, id) };
}

/** A document of a store, and the operation that made it. */
export function addDocument(state: SimState, project: string, store: string, title: string): JsonObject {
  const name = `${store}/documents/${state.newId(12).toLowerCase()}`;
  const now = new Date(state.clock.now()).toISOString();
  state.owned.set(name, {
    project,
    looks: 0,
    body: { name, displayName: title, state: "STATE_ACTIVE", createTime: now, updateTime: now },
  });
  return startOperation(state, project, `${store}/operations/${state.newId(12).toLowerCase()}`, {}, {
    parent: store,
    documentName: name,
  });
}

/** Files of an environment: files are returned, folders are listed. */
function environmentFile(
  { state, project, method, origin }: OwnedRequest,
  environment: string,
  path: string,
): Answer {
  if (method !== "GET") return missing();
  const prefix = `${environment}/files/`;
  const exact = ownedItem(state, project, prefix + path);
  if (exact !== undefined) {
    const blob = addBlob(state, asText(exact.body["content"]) ?? "");
    return {
      body: {
        path,
        name: path.split("/").at(-1)!,
        type: "file",
        download_url: `${origin}/download/blobs/${blob}`,
      },
    };
  }
  const files = [...state.owned].filter(([name, item]) => name.startsWith(prefix) && item.project === project)
    .map(([name]): Json => ({ path: name.slice(prefix.length), type: "file" }));
  return path === "" || path === "." || files.length > 0 ? { body: { files } } : missing();
}

/** Bytes at an address of their own, for which no key is needed. */
export function addBlob(state: SimState, content: string): string {
  const id = state.newId(24);
  state.blobs.set(id, content);
  return id;
}

/** A method of a model that starts something or answers in a form of its own. */
export function modelJob(request: OwnedRequest, model: string): Answer | undefined {
  const { state, project, verb, bodyText, origin } = request;
  const body = parsed(bodyText);
  if (body === undefined) return { rejection: invalid("Invalid JSON payload received.") };
  switch (verb) {
    case "predict": {
      const prompts = asList(body["instances"]);
      if (prompts.length === 0) return { rejection: invalid("instances is required.") };
      const count = Number(asObject(body["parameters"])?.["sampleCount"] ?? 1);
      const picture = { mimeType: "image/png", bytesBase64Encoded: btoa("picture") };
      return { body: { predictions: Array.from({ length: count }, () => picture) } };
    }
    case "predictLongRunning": {
      if (asList(body["instances"]).length === 0) return { rejection: invalid("instances is required.") };
      const file = storeFile(state, project, origin, { mimeType: "video/mp4", size: 5 });
      state.blobs.set(asText(file["name"])!, "video");
      const uri = `${asText(file["uri"])}:download?alt=media`;
      const name = `models/${model}/operations/${state.newId(12).toLowerCase()}`;
      return {
        body: startOperation(state, project, name, {}, {
          "@type": "type.googleapis.com/google.ai.generativelanguage.v1beta.PredictLongRunningResponse",
          generateVideoResponse: { generatedSamples: [{ video: { uri } }] },
        }),
      };
    }
    case "batchGenerateContent":
    case "asyncBatchEmbedContent":
      return startBatch(request, model, body);
    default:
      return undefined;
  }
}

function startBatch({ state, project, verb }: OwnedRequest, model: string, body: JsonObject): Answer {
  const batch = asObject(body["batch"]);
  const input = asObject(batch?.["inputConfig"] ?? batch?.["input_config"]);
  if (batch === undefined || input === undefined) {
    return { rejection: invalid("batch.input_config is required.") };
  }
  const file = asText(input["fileName"]) ?? asText(input["file_name"]);
  const id = file?.replace(/^files\//, "");
  if (id !== undefined && state.resources.find("files", project, id) === undefined) {
    return { rejection: permissionOnResource("File", id) };
  }
  const requests = asList(asObject(input["requests"])?.["requests"]);
  const answers = requests.map((entry) => {
    const metadata = asObject(asObject(entry)?.["metadata"]);
    return {
      ...(metadata === undefined ? {} : { metadata }),
      response: verb === "batchGenerateContent"
        ? { candidates: [{ content: { role: "model", parts: [{ text: "batched" }] }, finishReason: "STOP" }] }
        : { embedding: { values: [0.1, 0.2] } },
    };
  });
  let output: JsonObject = { inlinedResponses: { inlinedResponses: answers } };
  if (file !== undefined) {
    const made = storeFile(state, project, "", { mimeType: "application/jsonl", size: 9 });
    state.blobs.set(asText(made["name"])!, batchReplies(state.contents.get(file) ?? ""));
    output = { responsesFile: made["name"]! };
  }
  const name = `batches/${state.newId(20).toLowerCase()}`;
  const now = new Date(state.clock.now()).toISOString();
  const metadata = (word: string): JsonObject => ({
    "@type": "type.googleapis.com/google.ai.generativelanguage.v1main.GenerateContentBatch",
    name,
    model: `models/${model}`,
    displayName: asText(batch["displayName"]) ?? asText(batch["display_name"]) ?? "",
    state: word,
    createTime: now,
    updateTime: now,
    batchStats: { requestCount: String(requests.length), successfulRequestCount: String(requests.length) },
    ...(word === "BATCH_STATE_SUCCEEDED" ? { output } : {}),
  });
  startOperation(state, project, name, metadata("BATCH_STATE_SUCCEEDED"), output);
  return { body: { name, metadata: metadata("BATCH_STATE_PENDING") } };
}

function parsed(text: string): JsonObject | undefined {
  if (text.trim() === "") return {};
  try {
    return asObject(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** The replies to a batch file, line by line: each repeats its last question. */
function batchReplies(text: string): string {
  return text.split("\n").map(parsed).filter((line) => line !== undefined && line["request"] !== undefined)
    .map((line) => {
      const contents = asList(asObject(line!["request"])?.["contents"]);
      const parts = asList(asObject(contents.at(-1))?.["parts"]);
      const said = `You said: ${asText(asObject(parts.at(-1))?.["text"]) ?? ""} (batched)`;
      return JSON.stringify({
        key: line!["key"] ?? "",
        response: {
          candidates: [{
            content: { role: "model", parts: [{ text: said }] },
            finishReason: "STOP",
            index: 0,
          }],
          usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 4, totalTokenCount: 7 },
        },
      });
    }).join("\n") + "\nbatched\n";
}
