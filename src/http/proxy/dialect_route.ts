import { err, type Failure, invalidRequest, ok, type Result } from "../../core/mod.ts";
import type { ResolvedModel } from "../../catalog/mod.ts";
import type { AnyDialect, ClientCall } from "../../dialects/mod.ts";
import type { CallTrace } from "../../relay/mod.ts";
import { parseJson, readBody } from "../read_body.ts";
import { answerStream, answerWhole } from "./answer_turn.ts";
import { countTokens, embed } from "./counts_and_vectors.ts";
import { decodeCall } from "./decode_call.ts";
import { refuse } from "./failure_response.ts";
import { generate } from "./generate.ts";
import type { ProxyDeps, RequestContext } from "./proxy_deps.ts";
import { beginTrace, resolveTargets } from "./serve_call.ts";
import { logRefusal } from "./log_refusal.ts";

/** A request that has been read and understood. */
interface Understood {
  readonly body: unknown;
  readonly bytes: number;
  readonly asked: string;
  readonly targets: readonly [ResolvedModel, ...ResolvedModel[]];
  readonly call: ClientCall<unknown>;
}

/** Serves one request of a translated dialect, from its bytes to its reply. */
export async function serveDialect(
  deps: ProxyDeps,
  dialect: AnyDialect,
  requestContext: RequestContext,
): Promise<Response> {
  requestContext.seen.dialect = dialect.name;
  const understood = await understand(deps, dialect, requestContext);
  if (!understood.ok) {
    logRefusal(deps, requestContext, understood.error);
    return refuse({ dialect, requestContext, now: deps.ports.clock.now() }, understood.error);
  }
  const { call, body, bytes, targets } = understood.value;
  const trace = traceOf(deps, dialect, requestContext, understood.value);
  trace.warnings.push(...call.warnings);
  if (call.operation === "count_tokens") {
    return await countTokens({ deps, dialect, requestContext, trace, call, target: targets[0], bytes });
  }
  if (call.operation === "embed") {
    return await embed({ deps, dialect, requestContext, trace, call, target: targets[0], bytes });
  }
  const whole = { deps, dialect, requestContext, body, bodyBytes: bytes, trace, call, targets };
  if (!call.stream) return await answerWhole({ ...whole, opening: generate(deps, whole) });
  const leave = () => requestContext.watch.leave();
  return await answerStream({ ...whole, opening: generate(deps, whole), leave });
}

async function understand(
  deps: ProxyDeps,
  dialect: AnyDialect,
  requestContext: RequestContext,
): Promise<Result<Understood, Failure>> {
  const bytes = await readBody(requestContext.request, deps.settings.maxBodyBytes);
  if (!bytes.ok) return bytes;
  requestContext.seen.bytes = bytes.value.byteLength;
  const body = parseJson(bytes.value);
  if (!body.ok) return body;
  const asked = dialect.modelOf(body.value);
  if (!asked.ok) return asked;
  requestContext.seen.model = asked.value;
  const resolving = resolveTargets(deps, asked.value);
  const targets = resolving instanceof Promise ? await resolving : resolving;
  if (!targets.ok) return targets;
  const refused = deps.modelRefusal(requestContext.client, targets.value[0].id);
  if (refused) return err(refused);
  const call = await decode(deps, requestContext, dialect, body.value, targets.value[0]);
  if (!call.ok) return call;
  const impossible = refusalOf(deps, targets.value[0], call.value);
  if (impossible !== undefined) return err(impossible);
  return ok({
    body: body.value,
    bytes: bytes.value.byteLength,
    asked: asked.value,
    targets: targets.value,
    call: call.value,
  });
}

/** Returns why the model does not support the operation. A count is estimated where Google does not count. */
function refusalOf(
  deps: ProxyDeps,
  { id }: ResolvedModel,
  { operation }: ClientCall<unknown>,
): Failure | undefined {
  if (operation === "count_tokens") return undefined;
  return operation === "embed"
    ? deps.catalog.refusal(id, "embed", "embedContent")
    : deps.catalog.refusal(id, "generate", "generateContent");
}

/** A body nested so deep that walking it exhausts the stack is the caller's fault. */
async function decode(
  deps: ProxyDeps,
  requestContext: RequestContext,
  dialect: AnyDialect,
  body: unknown,
  target: ResolvedModel,
): Promise<Result<ClientCall<unknown>, Failure>> {
  try {
    return await decodeCall(deps, requestContext, dialect, body, target);
  } catch (cause) {
    if (cause instanceof RangeError) return err(invalidRequest("The request body is nested too deeply"));
    throw cause;
  }
}

function traceOf(
  deps: ProxyDeps,
  dialect: AnyDialect,
  requestContext: RequestContext,
  understood: Understood,
): CallTrace {
  const { operation, stream, session } = understood.call;
  return beginTrace(deps, requestContext, {
    dialect: dialect.name,
    operation,
    stream,
    modelAsked: understood.asked,
    session,
    requestBytes: understood.bytes,
  });
}
