import { callerFault, isObject, type JsonObject } from "../../core/mod.ts";
import type { AnyDialect } from "../../dialects/mod.ts";
import { json } from "./answer_turn.ts";
import { refuse } from "./failure_response.ts";
import { findResponse, removeResponse } from "./stored_responses.ts";
import type { Arrival, ProxyDeps } from "./proxy_deps.ts";

/** Responses that a client asked to keep: read and deleted by id. */
export async function serveStored(
  deps: ProxyDeps,
  dialect: AnyDialect,
  arrival: Arrival,
  id: string,
): Promise<Response> {
  const stored = await findResponse(deps.store, arrival.client, id);
  if (!isObject(stored)) {
    const failure = callerFault(
      `No stored response has this id: it was not stored, was deleted, or has expired`,
      {
        status: 404,
        code: "not_found",
        param: "response_id",
      },
    );
    return refuse({ dialect, arrival, now: deps.ports.clock.now() }, failure);
  }
  if (arrival.request.method === "DELETE") {
    await removeResponse(deps.store, arrival.client, id);
    return json({ id, object: "response", deleted: true }, { "x-request-id": arrival.requestId });
  }
  return json((stored["response"] ?? stored) as JsonObject, { "x-request-id": arrival.requestId });
}
