import {
  err,
  type Failure,
  invalidRequest,
  isObject,
  type JsonObject,
  ok,
  type Result,
} from "../../../core/mod.ts";
import { mimeFromName } from "../../../gemini/mod.ts";
import { json } from "../answer_turn.ts";
import { askedDialect } from "../asked_dialect.ts";
import type { ProxyDeps, RequestContext } from "../proxy_deps.ts";
import { convertBatch, convertOutput, keepBatchInput } from "./batches.ts";
import { readFormBody } from "./form_body.ts";
import { answerOf, failureOf, inner, nameOfFile } from "./google_files.ts";

type Form = "openai" | "anthropic";

const PURPOSE = "file_purpose";
const PURPOSE_MS = 4 * 24 * 60 * 60 * 1000;
/** Most pages of Google's that make up one list of ours. */
const MOST_PAGES = 40;
const PAGE = 100;

/** POST /v1/files: the file goes to Google's Files API, and its id may be used wherever a client names a file. */
export async function createFile(
  deps: ProxyDeps,
  requestContext: RequestContext,
): Promise<Response | Failure> {
  const form = await readFormBody(deps, requestContext);
  if (!form.ok) return form.error;
  const [file] = form.value.files("file");
  if (file === undefined) {
    return invalidRequest("file is missing: send the file's bytes in it", { param: "file" });
  }
  const purpose = form.value.text("purpose") ?? "user_data";
  const bytes = await file.bytes();
  const batch = purpose === "batch" ? await convertBatch(deps, requestContext, bytes) : undefined;
  if (batch?.ok === false) return batch.error;
  const made = batch === undefined
    ? await upload(deps, requestContext, file.name, typeOf(file), bytes)
    : await upload(deps, requestContext, file.name, "text/plain", new TextEncoder().encode(batch.value.text));
  if (!made.ok) return made.error;
  const id = idOf(made.value);
  if (batch !== undefined) await keepBatchInput(deps, id, batch.value.kept);
  await deps.store.expiring.put(PURPOSE, id, purpose, PURPOSE_MS);
  return reply(requestContext, shape(formOf(requestContext), made.value, purpose));
}

/** The type of a file; the generic one that browsers and tools send is ignored. */
function typeOf({ type, name }: File): string {
  const said = type.split(";")[0]!.trim();
  if (said !== "" && said !== "application/octet-stream") return said;
  return mimeFromName(name) ??
    (/\.(?:jsonl|log|ts|py|go|rs|toml|ya?ml)$/i.test(name) ? "text/plain" : "application/octet-stream");
}

/** Uploads bytes under a name, in the two steps of Google's protocol. */
async function upload(
  deps: ProxyDeps,
  requestContext: RequestContext,
  displayName: string,
  mimeType: string,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Result<JsonObject, Failure>> {
  const start = await inner(deps, requestContext, "/upload/v1beta/files", {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-goog-upload-protocol": "resumable",
      "x-goog-upload-command": "start",
      "x-goog-upload-header-content-length": String(bytes.byteLength),
      "x-goog-upload-header-content-type": mimeType,
    },
    body: JSON.stringify({ file: { displayName: displayName.slice(0, 500) } }),
  });
  const address = start.headers.get("x-goog-upload-url");
  if (start.status !== 200 || address === null) return err(await failureOf(start));
  await start.body?.cancel();
  const { pathname, search } = new URL(address);
  const done = await inner(deps, requestContext, pathname + search, {
    method: "POST",
    headers: {
      "x-goog-upload-command": "upload, finalize",
      "x-goog-upload-offset": "0",
      "content-type": mimeType,
    },
    body: bytes,
  });
  if (done.status !== 200) return err(await failureOf(done));
  const body = await answerOf(done);
  return body.ok ? ok((isObject(body.value["file"]) ? body.value["file"] : {}) as JsonObject) : body;
}

/** Serves GET and DELETE of one file. */
export async function serveFile(
  deps: ProxyDeps,
  requestContext: RequestContext,
  id: string,
): Promise<Response | Failure> {
  const name = nameOfFile(id);
  if (name === undefined) return unknownFile(id);
  const { method } = requestContext.request;
  const found = await inner(deps, requestContext, `/v1beta/${name}`, { method });
  if (found.status !== 200) return found.status === 404 ? unknownFile(id) : await failureOf(found);
  const form = formOf(requestContext);
  if (method === "DELETE") {
    await found.body?.cancel();
    await deps.store.expiring.remove(PURPOSE, name);
    return reply(
      requestContext,
      form === "openai" ? { id, object: "file", deleted: true } : { id, type: "file_deleted" },
    );
  }
  const file = await answerOf(found);
  return file.ok ? reply(requestContext, shape(form, file.value, await purposeOf(deps, name))) : file.error;
}

/** Serves GET /v1/files/{id}/content: Google returns what a model made, but never what was uploaded. */
export async function fileContent(
  deps: ProxyDeps,
  requestContext: RequestContext,
  id: string,
): Promise<Response | Failure> {
  const name = nameOfFile(id);
  if (name === undefined) return unknownFile(id);
  const found = await inner(deps, requestContext, `/v1beta/${name}:download?alt=media`, { method: "GET" });
  if (found.status === 200) return await convertOutput(deps, requestContext, name, found) ?? found;
  const failure = await failureOf(found);
  return failure.status === 400
    ? invalidRequest(`Google gives uploaded files to models alone, and does not give ${id} back`, {
      param: "file_id",
    })
    : failure.status === 404
    ? unknownFile(id)
    : failure;
}

/** Serves GET /v1/files, in OpenAI's pages or Anthropic's. */
export async function listFiles(
  deps: ProxyDeps,
  requestContext: RequestContext,
): Promise<Response | Failure> {
  const form = formOf(requestContext);
  const { searchParams } = requestContext.target.url;
  const limit = Number(searchParams.get("limit") ?? (form === "openai" ? 10_000 : 20));
  if (!Number.isInteger(limit) || limit < 1 || limit > 10_000) {
    return invalidRequest("limit must be a whole number between 1 and 10000", { param: "limit" });
  }
  const all = await allFiles(deps, requestContext);
  if (!all.ok) return all.error;
  const purpose = searchParams.get("purpose");
  const files: JsonObject[] = [];
  for (const file of all.value) {
    const known = await purposeOf(deps, idOf(file));
    if (purpose === null || purpose === known) files.push(shape(form, file, known));
  }
  if (searchParams.get("order") === "asc") files.reverse();
  const after = searchParams.get(form === "openai" ? "after" : "after_id");
  const start = after === null ? 0 : files.findIndex(({ id }) => id === after) + 1;
  const page = files.slice(start, start + limit);
  return reply(requestContext, {
    ...(form === "openai" ? { object: "list" } : {}),
    data: page,
    first_id: page[0]?.["id"] ?? null,
    last_id: page.at(-1)?.["id"] ?? null,
    has_more: start + page.length < files.length,
  });
}

async function allFiles(
  deps: ProxyDeps,
  requestContext: RequestContext,
): Promise<Result<readonly JsonObject[], Failure>> {
  const files: JsonObject[] = [];
  let token = "";
  for (let page = 0; page < MOST_PAGES; page++) {
    const query = `pageSize=${PAGE}${token === "" ? "" : `&pageToken=${encodeURIComponent(token)}`}`;
    const listed = await inner(deps, requestContext, `/v1beta/files?${query}`, { method: "GET" });
    if (listed.status !== 200) return err(await failureOf(listed));
    const body = await answerOf(listed);
    if (!body.ok) return body;
    const { files: some, nextPageToken } = body.value;
    for (const file of Array.isArray(some) ? some : []) if (isObject(file)) files.push(file as JsonObject);
    if (typeof nextPageToken !== "string") break;
    token = nextPageToken;
  }
  // The newest first, as both APIs list them.
  return ok(files.sort((a, b) => String(b["createTime"]).localeCompare(String(a["createTime"]))));
}

function formOf(requestContext: RequestContext): Form {
  return askedDialect(requestContext) === "anthropic" ? "anthropic" : "openai";
}

function idOf(file: JsonObject): string {
  return String(file["name"] ?? "");
}

async function purposeOf(deps: ProxyDeps, name: string): Promise<string> {
  const purpose = await deps.store.expiring.get(PURPOSE, name);
  return typeof purpose === "string" ? purpose : "user_data";
}

function unknownFile(id: string): Failure {
  return invalidRequest(`No such file: ${id.slice(0, 100).replace(/[^\x20-\x7e]/g, "?")}`, {
    status: 404,
    code: "not_found",
    param: "file_id",
  });
}

function shape(form: Form, file: JsonObject, purpose: string): JsonObject {
  const id = idOf(file).replace(/^files\//, "");
  const created = Date.parse(String(file["createTime"] ?? "")) || 0;
  const filename = typeof file["displayName"] === "string" && file["displayName"] !== ""
    ? file["displayName"]
    : id;
  const bytes = Number(file["sizeBytes"] ?? 0);
  if (form === "anthropic") {
    return {
      id: `file_${id}`,
      type: "file",
      filename,
      mime_type: file["mimeType"] ?? "application/octet-stream",
      size_bytes: bytes,
      created_at: new Date(created).toISOString(),
      downloadable: file["source"] === "GENERATED",
    };
  }
  const expires = Date.parse(String(file["expirationTime"] ?? ""));
  return {
    id: `file-${id}`,
    object: "file",
    bytes,
    created_at: Math.floor(created / 1000),
    ...(Number.isNaN(expires) ? {} : { expires_at: Math.floor(expires / 1000) }),
    filename,
    purpose,
    status: file["state"] === "FAILED" ? "error" : file["state"] === "PROCESSING" ? "uploaded" : "processed",
    status_details: null,
  };
}

function reply(requestContext: RequestContext, body: JsonObject): Response {
  return json(body, { "x-request-id": requestContext.requestId });
}
