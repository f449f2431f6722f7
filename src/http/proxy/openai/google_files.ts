import {
  err,
  type Failure,
  invalidRequest,
  isObject,
  type JsonObject,
  ok,
  type Result,
} from "../../../core/mod.ts";
import { beyondBoundsFailure, unreadableFailure } from "../../../relay/mod.ts";
import { parseReply, readWhole, ReplyBeyondBounds, UPSTREAM_BOUNDS } from "../../../upstreams/mod.ts";
import { RequestTarget } from "../../request_target.ts";
import type { ProxyDeps, RequestContext } from "../proxy_deps.ts";
import { serveResource } from "../resources/mod.ts";

/** One call on Google's own address, with the rights of the client that asked. */
export function inner(
  deps: ProxyDeps,
  requestContext: RequestContext,
  path: string,
  init: RequestInit,
): Promise<Response> {
  const request = new Request(new URL(path, requestContext.target.url.origin), init);
  return serveResource(deps, {
    ...requestContext,
    target: new RequestTarget(request.url),
    request,
    requestId: deps.ports.newId("req_"),
    seen: {},
  });
}

/** Google's answer to a call of our own, read within a bound: an object, or a failure. */
export async function answerOf(response: Response): Promise<Result<JsonObject, Failure>> {
  const text = await textOf(response, UPSTREAM_BOUNDS.answerBytes);
  if (!text.ok) return text;
  try {
    const value = parseReply(text.value);
    return isObject(value) ? ok(value as JsonObject) : err(unreadableFailure("no object"));
  } catch (cause) {
    return err(notTaken(cause, "no JSON"));
  }
}

/** The text of an answer, at most `most` bytes of it; `setting` names the setting that allows more. */
export async function textOf(
  response: Response,
  most: number,
  setting?: string,
): Promise<Result<string, Failure>> {
  try {
    return ok(new TextDecoder().decode(await readWhole(response, most, setting)));
  } catch (cause) {
    return err(notTaken(cause, "half of it"));
  }
}

function notTaken(cause: unknown, what: string): Failure {
  return cause instanceof ReplyBeyondBounds ? beyondBoundsFailure(cause) : unreadableFailure(what);
}

/** A refusal by Google's own API as a failure, to be reported in the client's form. */
export async function failureOf(response: Response): Promise<Failure> {
  const body = await answerOf(response);
  const error = body.ok && isObject(body.value["error"]) ? body.value["error"] : {};
  const said = typeof error["message"] === "string" ? error["message"] : "Google refused it";
  if (response.status < 500) {
    return invalidRequest(said, { status: response.status === 403 ? 404 : response.status });
  }
  return { class: "overloaded", status: response.status, message: said, scope: "request" };
}

/** Google's name of a file, by its id. */
export function nameOfFile(id: string): string | undefined {
  const bare = id.replace(/^(?:file[-_]|files\/)/, "");
  return /^[\w-]{1,100}$/.test(bare) ? `files/${bare}` : undefined;
}
