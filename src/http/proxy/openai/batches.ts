import {
  err,
  type Failure,
  invalidRequest,
  isObject,
  type Json,
  type JsonObject,
  ok,
  parseForeign,
  type Result,
} from "../../../core/mod.ts";
import { type AnyDialect, openaiChat, openaiCompletions, openaiResponses } from "../../../dialects/mod.ts";
import { createSegmenter, type TurnEvent } from "../../../gemini/mod.ts";
import { parseJson, readBody } from "../../read_body.ts";
import { json } from "../answer_turn.ts";
import { decodeCall } from "../decode_call.ts";
import type { ProxyDeps, RequestContext } from "../proxy_deps.ts";
import { resolveTargets } from "../serve_call.ts";
import { answerOf, failureOf, inner, nameOfFile, textOf } from "./google_files.ts";

/** Requests as OpenAI's clients wrote them, by the file that went to Google in Gemini's form. */
const INPUT = "batch_input";
const JOB = "batch";
/** The batch that wrote a file. */
const OUTPUT = "batch_output";
const KEEP_MS = 4 * 24 * 60 * 60 * 1000;
const MOST_REQUESTS = 10_000;
const MOST_BYTES = 8 * 1024 * 1024;

const DIALECTS: Readonly<Record<string, AnyDialect>> = {
  "/v1/chat/completions": openaiChat,
  "/v1/responses": openaiResponses,
  "/v1/completions": openaiCompletions,
};

interface Line {
  readonly custom_id: string;
  readonly body: JsonObject;
}

/** A batch file in Gemini's form, and the data to convert its replies back. */
export interface ConvertedBatch {
  readonly text: string;
  readonly kept: JsonObject;
}

/** Turns a file of OpenAI's batch lines into Google's: one model and one endpoint, as Google takes no more. */
export async function convertBatch(
  deps: ProxyDeps,
  requestContext: RequestContext,
  bytes: Uint8Array,
): Promise<Result<ConvertedBatch, Failure>> {
  if (bytes.byteLength > MOST_BYTES) {
    return err(
      invalidRequest(`A batch file may have at most ${MOST_BYTES} bytes here`, {
        status: 413,
        param: "file",
      }),
    );
  }
  const written = new TextDecoder().decode(bytes).split("\n").filter((line) => line.trim() !== "");
  if (written.length === 0 || written.length > MOST_REQUESTS) {
    return err(
      invalidRequest(`A batch file has 1 to ${MOST_REQUESTS} requests, one a line`, { param: "file" }),
    );
  }
  const lines: Line[] = [];
  const converted: string[] = [];
  let url = "";
  let model = "";
  for (const [index, text] of written.entries()) {
    const wrong = (why: string) =>
      err(invalidRequest(`Line ${index + 1} of the batch file ${why}`, { param: "file" }));
    const read = parsed(text);
    if (read === undefined || typeof read["custom_id"] !== "string" || !isObject(read["body"])) {
      return wrong("needs custom_id, url and body");
    }
    const body = read["body"] as JsonObject;
    const dialect = DIALECTS[String(read["url"])];
    if (dialect === undefined) {
      return wrong(`must have one of these as url: ${Object.keys(DIALECTS).join(", ")}`);
    }
    url ||= String(read["url"]);
    model ||= String(body["model"] ?? "");
    if (read["url"] !== url || body["model"] !== model) {
      return wrong("names another url or model than the first");
    }
    const call = await decodeLine(deps, requestContext, dialect, body);
    if (!call.ok) return wrong(`cannot be served: ${call.error.message}`);
    lines.push({ custom_id: read["custom_id"], body });
    converted.push(JSON.stringify({ key: read["custom_id"], request: call.value.request }));
  }
  return ok({ text: `${converted.join("\n")}\n`, kept: { url, model, lines: lines as unknown as Json } });
}

async function decodeLine(
  deps: ProxyDeps,
  requestContext: RequestContext,
  dialect: AnyDialect,
  body: JsonObject,
) {
  const asked = dialect.modelOf(body);
  if (!asked.ok) return asked;
  const targets = await resolveTargets(deps, asked.value);
  if (!targets.ok) return targets;
  const barred = deps.modelRefusal(requestContext.client, targets.value[0].id);
  return barred === undefined
    ? await decodeCall(deps, requestContext, dialect, { ...body, stream: false }, targets.value[0])
    : err(barred);
}

export async function keepBatchInput(deps: ProxyDeps, name: string, kept: JsonObject): Promise<void> {
  await deps.store.expiring.put(INPUT, name, kept, KEEP_MS);
}

/** Serves POST /v1/batches. */
export async function createBatch(
  deps: ProxyDeps,
  requestContext: RequestContext,
): Promise<Response | Failure> {
  const bytes = await readBody(requestContext.request, deps.settings.maxBodyBytes);
  if (!bytes.ok) return bytes.error;
  const body = parseJson(bytes.value);
  if (!body.ok) return body.error;
  const { input_file_id: id, endpoint, metadata = null } = isObject(body.value)
    ? body.value as JsonObject
    : {};
  const name = typeof id === "string" ? nameOfFile(id) : undefined;
  const kept = name === undefined ? undefined : await deps.store.expiring.get(INPUT, name);
  if (name === undefined || !isObject(kept)) {
    return invalidRequest("input_file_id names no batch file: upload one to /v1/files with purpose batch", {
      param: "input_file_id",
    });
  }
  if (endpoint !== kept["url"]) {
    return invalidRequest(`endpoint must be ${String(kept["url"])}, as in the batch file`, {
      param: "endpoint",
    });
  }
  const targets = await resolveTargets(deps, String(kept["model"]));
  if (!targets.ok) return targets.error;
  const started = await inner(
    deps,
    requestContext,
    `/v1beta/models/${encodeURIComponent(targets.value[0].id)}:batchGenerateContent`,
    {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ batch: { displayName: String(id), inputConfig: { fileName: name } } }),
    },
  );
  if (started.status !== 200) return await failureOf(started);
  const answer = await answerOf(started);
  if (!answer.ok) return answer.error;
  const google = answer.value;
  const job = { input: name, endpoint, metadata } as JsonObject;
  await deps.store.expiring.put(JOB, String(google["name"]), job, KEEP_MS);
  return json(await shape(deps, google, job), { "x-request-id": requestContext.requestId });
}

/** Serves GET /v1/batches/{id}, and its cancellation. */
export async function serveBatch(
  deps: ProxyDeps,
  requestContext: RequestContext,
  id: string,
  cancels: boolean,
): Promise<Response | Failure> {
  const name = /^batch_[\w-]{1,100}$/.test(id) ? `batches/${id.slice(6)}` : undefined;
  const job = name === undefined ? undefined : await deps.store.expiring.get(JOB, name);
  if (name === undefined || !isObject(job)) {
    return invalidRequest("No batch has this id", { status: 404, code: "not_found", param: "batch_id" });
  }
  if (cancels) {
    const cancelled = await inner(deps, requestContext, `/v1beta/${name}:cancel`, { method: "POST" });
    if (cancelled.status !== 200) return await failureOf(cancelled);
    await cancelled.body?.cancel();
  }
  const found = await inner(deps, requestContext, `/v1beta/${name}`, { method: "GET" });
  if (found.status !== 200) return await failureOf(found);
  const google = await answerOf(found);
  if (!google.ok) return google.error;
  return json(await shape(deps, google.value, job as JsonObject), {
    "x-request-id": requestContext.requestId,
  });
}

/** Serves GET /v1/batches. */
export async function listBatches(
  deps: ProxyDeps,
  requestContext: RequestContext,
): Promise<Response | Failure> {
  const { searchParams } = requestContext.target.url;
  const limit = Number(searchParams.get("limit") ?? 20);
  if (!Number.isInteger(limit) || limit < 1 || limit > 100) {
    return invalidRequest("limit must be a whole number between 1 and 100", { param: "limit" });
  }
  const listed = await inner(deps, requestContext, "/v1beta/batches?pageSize=1000", { method: "GET" });
  if (listed.status !== 200) return await failureOf(listed);
  const answer = await answerOf(listed);
  if (!answer.ok) return answer.error;
  const { operations } = answer.value;
  const all: JsonObject[] = [];
  for (const google of Array.isArray(operations) ? operations.filter(isObject) : []) {
    const job = await deps.store.expiring.get(JOB, String(google["name"]));
    if (isObject(job)) all.push(await shape(deps, google as JsonObject, job as JsonObject));
  }
  all.sort((a, b) => Number(b["created_at"]) - Number(a["created_at"]));
  const after = searchParams.get("after");
  const start = after === null ? 0 : all.findIndex(({ id }) => id === after) + 1;
  const page = all.slice(start, start + limit);
  return json({
    object: "list",
    data: page,
    first_id: page[0]?.["id"] ?? null,
    last_id: page.at(-1)?.["id"] ?? null,
    has_more: start + page.length < all.length,
  }, { "x-request-id": requestContext.requestId });
}

const STATES: Readonly<Record<string, string>> = {
  PENDING: "validating",
  RUNNING: "in_progress",
  SUCCEEDED: "completed",
  FAILED: "failed",
  CANCELLED: "cancelled",
  EXPIRED: "expired",
};

async function shape(deps: ProxyDeps, google: JsonObject, job: JsonObject): Promise<JsonObject> {
  const metadata = isObject(google["metadata"]) ? google["metadata"] as JsonObject : {};
  const response = isObject(google["response"]) ? google["response"] as JsonObject : {};
  const state = String(metadata["state"] ?? "PENDING").replace(/^(?:BATCH|JOB)_STATE_/, "");
  const output = response["responsesFile"] ??
    (isObject(metadata["output"]) ? metadata["output"]["responsesFile"] : undefined);
  const done = (google["done"] === true || state === "SUCCEEDED") && typeof output === "string";
  if (done) await deps.store.expiring.put(OUTPUT, output, { input: job["input"]! }, KEEP_MS);
  const at = (field: string) => Math.floor((Date.parse(String(metadata[field] ?? "")) || 0) / 1000) || null;
  const stats = isObject(metadata["batchStats"]) ? metadata["batchStats"] : {};
  const count = (field: string) => Number(stats[field] ?? 0) || 0;
  const status = done ? "completed" : STATES[state] ?? "in_progress";
  return {
    id: `batch_${String(google["name"]).replace(/^batches\//, "")}`,
    object: "batch",
    endpoint: job["endpoint"] ?? "",
    errors: null,
    input_file_id: String(job["input"]).replace(/^files\//, "file-"),
    completion_window: "24h",
    status,
    output_file_id: done ? output.replace(/^files\//, "file-") : null,
    error_file_id: null,
    created_at: at("createTime") ?? 0,
    in_progress_at: at("createTime"),
    completed_at: status === "completed" ? at("endTime") ?? at("updateTime") : null,
    request_counts: {
      total: count("requestCount"),
      completed: count("successfulRequestCount"),
      failed: count("failedRequestCount"),
    },
    metadata: job["metadata"] ?? null,
  };
}

/** Google's replies of a batch in OpenAI's form; undefined for a file that no batch of OpenAI's wrote. */
export async function convertOutput(
  deps: ProxyDeps,
  requestContext: RequestContext,
  name: string,
  reply: Response,
): Promise<Response | Failure | undefined> {
  const output = await deps.store.expiring.get(OUTPUT, name);
  const kept = isObject(output) ? await deps.store.expiring.get(INPUT, String(output["input"])) : undefined;
  if (!isObject(kept)) return undefined;
  const text = await textOf(reply, deps.settings.maxReplyBytes, "MAX_REPLY_BYTES");
  if (!text.ok) return text.error;
  const dialect = DIALECTS[String(kept["url"])]!;
  const lines = new Map(
    (kept["lines"] as unknown as readonly Line[]).map((line) => [line.custom_id, line.body]),
  );
  const replies: string[] = [];
  for (const line of text.value.split("\n")) {
    const reply = parsed(line);
    if (reply === undefined) continue;
    const custom_id = String(reply["key"] ?? (isObject(reply["metadata"]) ? reply["metadata"]["key"] : ""));
    const body = lines.get(custom_id);
    if (body !== undefined) {
      replies.push(JSON.stringify(await convertReply(deps, requestContext, dialect, custom_id, body, reply)));
    }
  }
  return new Response(`${replies.join("\n")}\n`, {
    headers: { "content-type": "application/jsonl", "x-request-id": requestContext.requestId },
  });
}

async function convertReply(
  deps: ProxyDeps,
  requestContext: RequestContext,
  dialect: AnyDialect,
  custom_id: string,
  body: JsonObject,
  reply: JsonObject,
): Promise<JsonObject> {
  const requestId = deps.ports.newId("req_");
  const line = { id: `batch_${requestId}`, custom_id };
  const call = await decodeLine(deps, requestContext, dialect, body);
  if (!call.ok || !isObject(reply["response"])) {
    const said = isObject(reply["error"]) ? reply["error"] : {};
    const message = call.ok ? String(said["message"] ?? "Google gave no reply") : call.error.message;
    return { ...line, response: null, error: { code: String(said["status"] ?? "server_error"), message } };
  }
  const events: TurnEvent[] = [];
  const segmenter = createSegmenter(deps.ports);
  segmenter.push(reply["response"], events);
  const end = segmenter.end();
  if (end.ok) events.push(...end.events);
  const encoded = dialect.encodeReply(events, {
    context: call.value.context,
    requestId,
    created: Math.floor(requestContext.at / 1000),
    newId: deps.ports.newId,
  });
  return { ...line, response: { status_code: 200, request_id: requestId, body: encoded }, error: null };
}

function parsed(text: string): JsonObject | undefined {
  try {
    const value: unknown = parseForeign(text);
    return isObject(value) ? value as JsonObject : undefined;
  } catch {
    return undefined;
  }
}
