import type { JsonObject } from "../core/mod.ts";
import type { Answer } from "./embeddings.ts";
import { invalid } from "./errors.ts";
import { asObject, asText } from "./json_read.ts";
import { storeFile } from "./resources.ts";
import type { SimState } from "./state.ts";

/** What the first request of a resumable upload told. */
interface Opened {
  readonly project: string;
  readonly mimeType: string;
  readonly displayName: string | undefined;
}

const open = new WeakMap<SimState, Map<string, Opened>>();

/** An upload's answer: a body, or only headers while it is under way. */
export type UploadAnswer = Answer | { readonly headers: Readonly<Record<string, string>> };

/** POST /upload/v1beta/files: the raw protocol, and the resumable one in the two steps that SDKs take. */
export function upload(
  state: SimState,
  project: string,
  request: Request,
  url: URL,
  bodyText: string,
): UploadAnswer {
  const command = request.headers.get("x-goog-upload-command") ?? "";
  if (command.includes("start")) return start(state, project, request, url, bodyText);
  const size = new TextEncoder().encode(bodyText).length;
  const id = url.searchParams.get("upload_id");
  if (id === null) {
    const mimeType = request.headers.get("content-type") ?? "application/octet-stream";
    return { body: { file: storeFile(state, project, url.origin, { mimeType, size }) } };
  }
  const opened = open.get(state)?.get(id);
  if (!opened || opened.project !== project) return { rejection: invalid("Upload not found.") };
  if (!command.includes("finalize")) return { headers: { "x-goog-upload-status": "active" } };
  open.get(state)?.delete(id);
  const { mimeType, displayName } = opened;
  const file = { mimeType, size, ...(displayName === undefined ? {} : { displayName }) };
  return { body: { file: storeFile(state, project, url.origin, file) } };
}

function start(state: SimState, project: string, request: Request, url: URL, bodyText: string): UploadAnswer {
  const file = asObject(parsed(bodyText)["file"]) ?? {};
  const mimeType = request.headers.get("x-goog-upload-header-content-type") ?? asText(file["mimeType"]) ??
    "application/octet-stream";
  const id = state.newId(16);
  const mine = open.get(state) ?? new Map<string, Opened>();
  open.set(state, mine);
  mine.set(id, {
    project,
    mimeType,
    displayName: asText(file["displayName"]) ?? asText(file["display_name"]),
  });
  return {
    headers: {
      "x-goog-upload-status": "active",
      "x-goog-upload-url": `${url.origin}/upload/v1beta/files?upload_id=${id}&upload_protocol=resumable`,
    },
  };
}

function parsed(bodyText: string): JsonObject {
  try {
    return asObject(JSON.parse(bodyText)) ?? {};
  } catch {
    return {};
  }
}
