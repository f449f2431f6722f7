import { err, type Failure, invalidRequest, ok, type Result } from "../../core/mod.ts";
import type { ResolvedModel } from "../../catalog/mod.ts";
import { BOUNDS } from "../bounds.ts";
import type { ProxyDeps } from "./proxy_deps.ts";

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
