import { err, type Failure, ok, type Result } from "../../core/mod.ts";
import type { ResolvedModel } from "../../catalog/mod.ts";
import type { AnyDialect, ClientCall } from "../../dialects/mod.ts";
import {
  createCallMender,
  createFirstToolCall,
  createStopText,
  estimateTokens,
  type TurnEvent,
} from "../../gemini/mod.ts";
import {
  type CallTrace,
  continuedTurn,
  joinTurns,
  type NativeRefusal,
  type TurnSource,
} from "../../relay/mod.ts";
import { leaseRequestFor } from "./lease_request.ts";
import { decodeCall } from "./decode_call.ts";
import type { ProxyDeps, RequestContext } from "./proxy_deps.ts";
import { pinOfRequest } from "./resources/pinned_owner.ts";
import { serveCall } from "./serve_call.ts";

/** A turn that has begun, with what its encoders need. */
export interface Generation {
  readonly turn: TurnSource;
  readonly call: ClientCall<unknown>;
}

export interface GenerateInput {
  readonly requestContext: RequestContext;
  readonly dialect: AnyDialect;
  readonly body: unknown;
  readonly bodyBytes: number;
  readonly trace: CallTrace;
  /** The call decoded for the first target. */
  readonly call: ClientCall<unknown>;
  /** The model that was asked for, then its fallbacks. */
  readonly targets: readonly [ResolvedModel, ...ResolvedModel[]];
}

/** Asks for the turn, of the model or its fallbacks. */
export async function generate(deps: ProxyDeps, input: GenerateInput): Promise<Result<Generation, Failure>> {
  const { call } = input;
  if (call.answered !== undefined) return ok({ turn: givenTurn(call.answered), call });
  const served = await serveCall<Generation>({ ...input, ask: (target) => askTarget(deps, input, target) });
  return served.ok ? served : err(served.error.failure);
}

/** The call is decoded for each model: what one takes another may not. */
async function askTarget(
  deps: ProxyDeps,
  input: GenerateInput,
  target: ResolvedModel,
): Promise<Result<Generation, NativeRefusal>> {
  const decoded = target === input.targets[0]
    ? ok(input.call)
    : await decodeCall(deps, input.requestContext, input.dialect, input.body, target);
  if (!decoded.ok) return err({ failure: decoded.error });
  const call = decoded.value;
  const turn = await ask(deps, input, target, call);
  return turn.ok ? ok({ turn: turn.value, call }) : err({ failure: turn.error });
}

/** A turn that is known without asking Google. */
function givenTurn(events: readonly TurnEvent[]): TurnSource {
  return { read: () => Promise.resolve({ events, state: "end" }), cancel() {} };
}

async function ask(
  deps: ProxyDeps,
  input: GenerateInput,
  target: ResolvedModel,
  call: ClientCall<unknown>,
): Promise<Result<TurnSource, Failure>> {
  const pinning = pinOfRequest(deps, input.requestContext, input.trace, call.request);
  const pin = pinning instanceof Promise ? await pinning : pinning;
  if (!pin.ok) return pin;
  const leaseRequest = leaseRequestFor(deps, input.requestContext, {
    target,
    ...(pin.value === undefined ? {} : { among: pin.value }),
    operation: "generate",
    inputTokens: estimateTokens(input.bodyBytes),
    session: call.session,
    counted: true,
    request: call.request,
    signedBy: call.signedBy,
    maxOutputTokens: call.request.generationConfig?.maxOutputTokens,
  });
  const { trace } = input;
  const one = () =>
    continuedTurn(deps, {
      leaseRequest,
      request: call.request,
      stream: call.stream,
      keeps: !call.stream || input.dialect.storable !== undefined,
      trace,
      client: input.requestContext.watch,
      filters: filtersOf(call),
    });
  if (call.fanOut <= 1) return await one();
  const turns = await Promise.all(Array.from({ length: call.fanOut }, one));
  const failed = turns.find((turn) => !turn.ok);
  if (failed === undefined) return ok(joinTurns(turns.flatMap((turn) => turn.ok ? [turn.value] : [])));
  for (const turn of turns) if (turn.ok) turn.value.cancel();
  return failed;
}

const NO_TOOLS: ReadonlySet<string> = new Set();

function filtersOf(call: ClientCall<unknown>) {
  const mender = createCallMender(call.request.tools ?? [], call.wrappedTools ?? NO_TOOLS);
  return [
    ...(mender === undefined ? [] : [mender]),
    ...(call.extraStops.length > 0 ? [createStopText(call.extraStops)] : []),
    ...(call.oneToolCall ? [createFirstToolCall()] : []),
  ];
}
