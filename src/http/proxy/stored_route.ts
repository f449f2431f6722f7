import { type Failure, invalidRequest, isObject, type JsonObject } from "../../core/mod.ts";
import { inputItems, replayEvents } from "../../dialects/mod.ts";
import { json } from "./answer_turn.ts";
import { findResponse, removeResponse } from "./stored_responses.ts";
import type { ProxyDeps, RequestContext } from "./proxy_deps.ts";

/** Responses that a client asked to keep: read, streamed once more and deleted by id. */
export async function serveStored(
  deps: ProxyDeps,
  requestContext: RequestContext,
  id: string,
): Promise<Response | Failure> {
  const stored = await findResponse(deps.store, requestContext.client, id);
  if (!isObject(stored)) return notStored();
  const headers = { "x-request-id": requestContext.requestId };
  if (requestContext.request.method === "DELETE") {
    await removeResponse(deps.store, requestContext.client, id);
    return json({ id, object: "response", deleted: true }, headers);
  }
  const response = (stored["response"] ?? stored) as JsonObject;
  const { searchParams } = requestContext.target.url;
  if (searchParams.get("stream") !== "true") return json(response, headers);
  const after = Number(searchParams.get("starting_after") ?? -1);
  const frames = replayEvents(response).filter(({ sequence_number }) => Number(sequence_number) > after)
    .map((event) => `event: ${event["type"]}\ndata: ${JSON.stringify(event)}\n\n`);
  return new Response(frames.join(""), {
    headers: { ...headers, "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache" },
  });
}

/** The input items of a stored response. */
export async function listInputItems(
  deps: ProxyDeps,
  requestContext: RequestContext,
  id: string,
): Promise<Response | Failure> {
  const stored = await findResponse(deps.store, requestContext.client, id);
  if (!isObject(stored)) return notStored();
  const { searchParams } = requestContext.target.url;
  const limit = Number(searchParams.get("limit") ?? 20);
  if (!Number.isInteger(limit) || limit < 1 || limit > 100) {
    return invalidRequest("limit must be a whole number between 1 and 100", { param: "limit" });
  }
  const items = [...inputItems(stored as JsonObject)];
  if (searchParams.get("order") !== "asc") items.reverse();
  const after = searchParams.get("after");
  const start = after === null ? 0 : items.findIndex((item) => item["id"] === after) + 1;
  const page = items.slice(start, start + limit);
  return json({
    object: "list",
    data: page,
    first_id: page[0]?.["id"] ?? null,
    last_id: page.at(-1)?.["id"] ?? null,
    has_more: start + page.length < items.length,
  }, { "x-request-id": requestContext.requestId });
}

/** Responses run while their client waits: so none can be cancelled by id. */
export async function cancelResponse(
  deps: ProxyDeps,
  requestContext: RequestContext,
  id: string,
): Promise<Failure> {
  const stored = await findResponse(deps.store, requestContext.client, id);
  return isObject(stored)
    ? invalidRequest("Only responses that run in the background can be cancelled: this one is over", {
      param: "response_id",
    })
    : notStored();
}

function notStored(): Failure {
  return invalidRequest("No stored response has this id: it was not stored, was deleted, or has expired", {
    status: 404,
    code: "not_found",
    param: "response_id",
  });
}
