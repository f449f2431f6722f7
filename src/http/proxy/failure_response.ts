import type { Failure } from "../../core/mod.ts";
import type { AnyDialect } from "../../dialects/mod.ts";
import type { CallTrace } from "../../relay/mod.ts";
import type { RequestContext } from "./proxy_deps.ts";
import { failureHeaders, INERT_HEADERS, replyHeaders } from "./reply_headers.ts";

export interface RefuseInput {
  readonly dialect: AnyDialect;
  readonly requestContext: Pick<RequestContext, "requestId">;
  readonly trace?: CallTrace;
  readonly now: number;
}

/** A failure in the dialect's own shape and status, recorded when a call had begun. */
export function refuse(input: RefuseInput, failure: Failure): Response {
  const encoded = input.dialect.encodeFailure(failure, input.requestContext.requestId);
  const headers = {
    "content-type": "application/json",
    ...INERT_HEADERS,
    "x-request-id": input.requestContext.requestId,
    ...(input.trace === undefined ? {} : replyHeaders(input.trace, input.now)),
    ...failureHeaders(failure, input.now),
    ...encoded.headers,
  };
  input.trace?.record(encoded.status, failure);
  return new Response(JSON.stringify(encoded.body), { status: encoded.status, headers });
}
