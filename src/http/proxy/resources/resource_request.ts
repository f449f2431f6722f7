import { type CredentialId, sourcesServing } from "../../../core/mod.ts";
import type { LeaseRequest } from "../../../pool/contract.ts";
import type { CallTrace } from "../../../relay/mod.ts";
import type { UpstreamRequest } from "../../../upstreams/contract.ts";
import type { ProxyDeps, RequestContext } from "../proxy_deps.ts";
import type { ResourcePath } from "./names.ts";

/** JSON replies up to this size are read for the names in them. */
export const MOST_READ = 16 * 1024 * 1024;
/** One parsed call on resources. */
export interface ResourceRequest {
  readonly deps: ProxyDeps;
  readonly requestContext: RequestContext;
  readonly path: ResourcePath;
  readonly method: UpstreamRequest["method"];
  readonly body: Uint8Array<ArrayBuffer>;
  readonly json: unknown;
  readonly trace: CallTrace;
}

/** The lease request; any key may serve where none is named. */
export function leaseRequestOf(
  call: ResourceRequest,
  among: ReadonlySet<CredentialId> | undefined,
  model: string | undefined,
): Omit<LeaseRequest, "tried"> {
  const { requestContext, path } = call;
  const generates = model !== undefined && (path.collection === "interactions" || path.method === "predict");
  return {
    model: model ?? "",
    operation: path.method === "predict" ? "predict" : generates ? "generate" : "resource",
    sources: sourcesServing("resource"),
    inputTokens: 0,
    session: requestContext.requestId,
    client: requestContext.client.id,
    counted: generates,
    spends: () => spentBy(call),
    ...(among === undefined ? {} : { among }),
  };
}

/** Only adding to a store needs room in it; reading and deleting still work when it is full. */
function spentBy({ method, path: { collection, method: verb = "" } }: ResourceRequest): readonly string[] {
  if (method !== "POST" && method !== "PUT") return [];
  if (collection === "cachedContents") return ["storage", "cache"];
  return collection === "batches" || /batch/i.test(verb) ? ["storage", "batch"] : ["storage"];
}
