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
import { type CallTrail, continuedTurn, joinTurns, type TurnSource } from "../../relay/mod.ts";
import { callNeed } from "./call_need.ts";
import { decodeCall } from "./decode_call.ts";
import type { Arrival, ProxyDeps } from "./proxy_deps.ts";

/** A turn that has begun, with what its encoders need. */
export interface Generation {
  readonly turn: TurnSource;
  readonly call: ClientCall<unknown>;
}

export interface GenerateInput {
  readonly arrival: Arrival;
  readonly dialect: AnyDialect;
  readonly body: unknown;
  readonly bodyBytes: number;
  readonly trail: CallTrail;
  /** The call decoded for the first target. */
  readonly call: ClientCall<unknown>;
  /** The model that was asked for, then its fallbacks. */
  readonly targets: readonly ResolvedModel[];
}

/** Failures of a model, not of the call: its fallback may still answer. */
const FALL_BACK: ReadonlySet<Failure["class"]> = new Set([
  "rate_limit",
  "quota",
  "not_on_tier",
  "model_gone",
  "overloaded",
  "ambiguous_429",
]);

/** Asks for the turn; when every key for the model is out, asks its fallback models in order. */
export async function generate(deps: ProxyDeps, input: GenerateInput): Promise<Result<Generation, Failure>> {
  let { call } = input;
  if (call.answered !== undefined) return ok({ turn: givenTurn(call.answered), call });
  let failure: Failure | undefined;
  for (const [index, target] of input.targets.entries()) {
    if (index > 0) {
      const decoded = await decodeCall(deps, input.arrival, input.dialect, input.body, target);
      if (!decoded.ok) return decoded;
      call = decoded.value;
      input.trail.warnings.push(`Served by ${target.id}: every key for ${input.targets[0]!.id} is out`);
    }
    const turn = await ask(deps, input, target, call);
    if (turn.ok) return ok({ turn: turn.value, call });
    failure = turn.error;
    if (!FALL_BACK.has(failure.class)) break;
  }
  return err(failure!);
}

/** A turn that is known without asking. */
function givenTurn(events: readonly TurnEvent[]): TurnSource {
  return { read: () => Promise.resolve({ events, state: "end" }), cancel() {} };
}

async function ask(
  deps: ProxyDeps,
  input: GenerateInput,
  target: ResolvedModel,
  call: ClientCall<unknown>,
): Promise<Result<TurnSource, Failure>> {
  const need = callNeed(deps, input.arrival, {
    target,
    operation: "generate",
    inputTokens: estimateTokens(input.bodyBytes),
    session: call.session,
    counted: true,
    request: call.request,
    signedBy: call.signedBy,
    maxOutputTokens: call.request.generationConfig?.maxOutputTokens,
  });
  const { trail } = input;
  const one = () =>
    continuedTurn(deps, {
      need,
      request: call.request,
      stream: call.stream,
      trail,
      client: input.arrival.watch,
      filters: filtersOf(call),
    });
  if (call.fanOut <= 1) return await one();
  const turns = await Promise.all(Array.from({ length: call.fanOut }, one));
  const failed = turns.find((turn) => !turn.ok);
  if (failed === undefined) return ok(joinTurns(turns.flatMap((turn) => turn.ok ? [turn.value] : [])));
  for (const turn of turns) if (turn.ok) turn.value.cancel();
  return failed;
}

function filtersOf(call: ClientCall<unknown>) {
  const mender = createCallMender(call.request.tools ?? [], call.wrappedTools ?? new Set());
  return [
    ...(mender === undefined ? [] : [mender]),
    ...(call.extraStops.length > 0 ? [createStopText(call.extraStops)] : []),
    ...(call.oneToolCall ? [createFirstToolCall()] : []),
  ];
}
