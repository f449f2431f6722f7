import type { ResolvedModel } from "../../catalog/mod.ts";
import type { AnyDialect, ClientCall } from "../../dialects/mod.ts";
import type { CallTrace } from "../../relay/mod.ts";
import type { ProxyDeps, RequestContext } from "./proxy_deps.ts";

/** A call that is answered with one small JSON value. */
export interface SimpleCall {
  readonly deps: ProxyDeps;
  readonly dialect: AnyDialect;
  readonly requestContext: RequestContext;
  readonly trace: CallTrace;
  readonly call: ClientCall<unknown>;
  readonly target: ResolvedModel;
  readonly bytes: number;
}
