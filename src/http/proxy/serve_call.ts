import type { Failure, RequestId, Result } from "../../core/mod.ts";
import type { ResolvedModel } from "../../catalog/mod.ts";
import { type CallFacts, CallTrace, type NativeRefusal } from "../../relay/mod.ts";
import { agentName } from "./agent_name.ts";
import type { ProxyDeps, RequestContext } from "./proxy_deps.ts";

/** Failures of a model, not of the call, after which its fallback may still answer. */
const FALL_BACK: ReadonlySet<Failure["class"]> = new Set([
  "rate_limit",
  "quota",
  "not_on_tier",
  "model_gone",
  "overloaded",
  "ambiguous_429",
]);

/** True when a fallback may be tried. Not after a cap that rejects: that is the user's own decision. */
function mayFallBack({ class: name, code }: Failure): boolean {
  return FALL_BACK.has(name) && code !== "cap_rejected";
}

export interface ServeInput<Value> {
  readonly trace: CallTrace;
  /** The model that was asked for, then its fallbacks. */
  readonly targets: readonly [ResolvedModel, ...ResolvedModel[]];
  /** Asks for one of them; `Value` is the API's result. */
  readonly ask: (target: ResolvedModel) => Promise<Result<Value, NativeRefusal>>;
}

/** Serves one call of any API: when every key for the model is out, its fallback models are asked in order. */
export async function serveCall<Value>(
  { trace, targets, ask }: ServeInput<Value>,
): Promise<Result<Value, NativeRefusal>> {
  const [first, ...fallbacks] = targets;
  let served = await ask(first);
  for (const target of fallbacks) {
    if (served.ok || !mayFallBack(served.error.failure)) break;
    trace.warnings.push(`Served by ${target.id}: every key for ${first.id} is out`);
    served = await ask(target);
  }
  return served;
}

/** Begins the record of a call; fills in what the request contains. */
export function beginTrace(
  deps: ProxyDeps,
  requestContext: RequestContext,
  facts: Pick<CallFacts, "dialect" | "operation" | "stream" | "modelAsked" | "session" | "requestBytes">,
): CallTrace {
  const { requestId, at, client, request, watch } = requestContext;
  return new CallTrace(
    { id: requestId as RequestId, at, client: client.id, agent: agentName(request.headers), ...facts },
    deps,
    watch,
  );
}
