import type { ResolvedModel } from "../../catalog/mod.ts";
import { err, type Failure, invalidRequest, ok, type RequestId, type Result } from "../../core/mod.ts";
import { type CallFacts, CallTrace, type NativeRefusal } from "../../relay/mod.ts";
import { BOUNDS } from "../bounds.ts";
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

/** The requested model, then its fallbacks; or a failure. */
type Targets = Result<readonly [ResolvedModel, ...ResolvedModel[]], Failure>;

/**
 * Resolves the requested model and its fallbacks, synchronously for a known name. An unknown one is looked up
 * once at Google before it is refused.
 */
export function resolveTargets(deps: ProxyDeps, name: string): Targets | Promise<Targets> {
  // A name that cannot be in an address or is too long does not exist: Google is not asked.
  if (name.length > BOUNDS.modelChars || !name.isWellFormed()) return err(noName());
  const resolved = deps.catalog.resolve(name);
  if (resolved.ok) return withFallbacks(deps, resolved);
  return deps.discover(name).then((found) =>
    withFallbacks(deps, found ? deps.catalog.resolve(name) : resolved)
  );
}

function withFallbacks(deps: ProxyDeps, resolved: Result<ResolvedModel, Failure>): Targets {
  if (!resolved.ok) return err(resolved.error);
  if (resolved.value.fallbacks.length === 0) return ok([resolved.value]);
  const fallbacks = resolved.value.fallbacks.flatMap((fallback) => {
    const target = deps.catalog.resolve(fallback);
    return target.ok ? [target.value] : [];
  });
  return ok([resolved.value, ...fallbacks]);
}

function noName(): Failure {
  return invalidRequest(
    `No model has such a name: names are text of at most ${BOUNDS.modelChars} characters`,
    {
      status: 404,
      code: "model_not_found",
      param: "model",
    },
  );
}
