import type { JsonObject } from "../core/mod.ts";
import type { Answer } from "./embeddings.ts";
import { invalid, reject } from "./errors.ts";
import { asObject, asText } from "./json_read.ts";
import { addDocument, ownedItem } from "./owned_api.ts";
import { storeFile } from "./resources.ts";
import type { SimState } from "./state.ts";

/** Data from the first request of a resumable upload. */
interface Opened {
  readonly project: string;
  /** `files`, or the store or environment that the file goes into. */
  readonly target: string;
  readonly mimeType: string;
  readonly displayName: string | undefined;
  text: string;
}

const open = new WeakMap<SimState, Map<string, Opened>>();

/** The project that an upload under way belongs to. */
export function uploadProject(state: SimState, id: string): string | undefined {
  return open.get(state)?.get(id)?.project;
}

/** An upload's answer: a body, or only headers while it is under way. */
export type UploadAnswer = Answer | { readonly headers: Readonly<Record<string, string>> };

/** POST /upload/v1beta/...: the raw protocol, and the resumable one in the steps that SDKs take. */
export function upload(
  state: SimState,
  project: string,
  request: Request,
  url: URL,
  bodyText: string,
  target: string,
): UploadAnswer {
  const command = request.headers.get("x-goog-upload-command") ?? "";
  if (command.includes("start")) return start(state, project, request, url, bodyText, target);
  const id = url.searchParams.get("upload_id");
  if (id === null) {
    const mimeType = request.headers.get("content-type") ?? "application/octet-stream";
    return finish(state, url.origin, { project, target, mimeType, displayName: undefined, text: bodyText });
  }
  const opened = open.get(state)?.get(id);
  if (!opened || opened.project !== project) return { rejection: invalid("Upload not found.") };
  opened.text += bodyText;
  if (!command.includes("finalize")) return { headers: { "x-goog-upload-status": "active" } };
  open.get(state)?.delete(id);
  return finish(state, url.origin, opened);
}

function finish(
  state: SimState,
  origin: string,
  { project, target, mimeType, displayName, text }: Opened,
): Answer {
  const size = new TextEncoder().encode(text).length;
  const [collection, id = ""] = target.split(/[/:]/);
  if (collection === "fileSearchStores") {
    const store = `fileSearchStores/${id}`;
    if (ownedItem(state, project, store) === undefined) {
      return { rejection: reject(404, "Requested entity was not found.") };
    }
    return { body: addDocument(state, project, store, displayName ?? "") };
  }
  if (collection === "environments") {
    if (ownedItem(state, project, `environments/${id}`) === undefined) {
      return { rejection: reject(404, "Requested entity was not found.") };
    }
    const path = decodeURIComponent(target.split("/files/")[1] ?? "");
    state.owned.set(`environments/${id}/files/${path}`, { project, looks: 0, body: { content: text } });
    return { body: { path, name: path.split("/").at(-1)!, type: "file", size_bytes: String(size) } };
  }
  const file = { mimeType, size, ...(displayName === undefined ? {} : { displayName }) };
  const stored = storeFile(state, project, origin, file);
  state.contents.set(asText(stored["name"]) ?? "", text);
  return { body: { file: stored } };
}

function start(
  state: SimState,
  project: string,
  request: Request,
  url: URL,
  bodyText: string,
  target: string,
): UploadAnswer {
  const parent = target.startsWith("files")
    ? undefined
    : target.split(/[:]/)[0]!.split("/").slice(0, 2).join("/");
  if (parent !== undefined && ownedItem(state, project, parent) === undefined) {
    return { rejection: reject(404, "Requested entity was not found.") };
  }
  const file = asObject(parsed(bodyText)["file"]) ?? {};
  const mimeType = request.headers.get("x-goog-upload-header-content-type") ?? asText(file["mimeType"]) ??
    "application/octet-stream";
  const id = state.newId(16);
  const mine = open.get(state) ?? new Map<string, Opened>();
  open.set(state, mine);
  mine.set(id, {
    project,
    target,
    text: "",
    mimeType,
    displayName: asText(file["displayName"]) ?? asText(file["display_name"]),
  });
  return {
    headers: {
      "x-goog-upload-status": "active",
      "x-goog-upload-url": `${url.origin}${url.pathname}?upload_id=${id}&upload_protocol=resumable`,
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
