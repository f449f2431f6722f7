import type { JsonObject } from "../core/mod.ts";
import { chooseReply } from "./choose_reply.ts";
import { decodeBody } from "./decode.ts";
import { overloaded, permissionOnResource, reject, type Rejection } from "./errors.ts";
import { spoilCandidate, spoilEvents } from "./fault_reply.ts";
import type { Fault } from "./faults.ts";
import { asObject, asObjects, asText } from "./json_read.ts";
import type { KeyHolder, ProjectBook } from "./keys.ts";
import type { SimModel } from "./models.ts";
import { quotaExceeded } from "./quota.ts";
import { type PlannedCandidate, type ReplyPlan, textPlan } from "./reply_plan.ts";
import { cutReply, type ReplyFrame, streamEvents, wholeReply } from "./render_reply.ts";
import type { SimState } from "./state.ts";
import { countInput, type TokenCount } from "./tokens.ts";
import { candidateCount, validateGenerate } from "./validate.ts";
import { responsesMatchCalls } from "./validate_contents.ts";

/** Events of a stream, or the one body of a whole reply. */
export type Generated = { readonly events: readonly JsonObject[] } | { readonly rejection: Rejection };

/** One generate call on its way through the simulator. */
export interface GenerateCall {
  readonly state: SimState;
  readonly holder: KeyHolder;
  readonly model: SimModel;
  readonly bodyText: string;
  readonly stream: boolean;
  readonly faults: readonly Fault[];
}

/** Validates, counts and answers a generate call. */
export function generate(call: GenerateCall): Generated {
  const { state, holder, model } = call;
  const decoded = decodeBody(call.bodyText, "GenerateContentRequest");
  if ("rejection" in decoded) return decoded;
  const request = decoded.value;
  const prompt = countInput(request);
  const cached = cachedTokens(request, call);
  if (typeof cached !== "number") return { rejection: cached };
  const rejection = judge(request, call, prompt.total + cached) ??
    (state.overloaded(model.name) ? overloaded() : undefined) ??
    countQuota(state, holder.book, model, prompt.total + cached, false);
  if (rejection) return { rejection };
  const frame = frameOf(call, prompt, cached, request);
  const candidates = candidatesFor(request, call);
  const events = call.stream ? streamEvents(candidates, frame) : [wholeReply(candidates, frame)];
  return { events: spoilEvents(events, call.faults) };
}

function judge(request: JsonObject, call: GenerateCall, inputTokens: number): Rejection | undefined {
  const { state, holder, model } = call;
  if (state.options.validate === false) return undefined;
  const owner = ownerOf(state, holder);
  const bad = validateGenerate(request, { model, signatures: state.signatures, owner, inputTokens });
  return bad ?? missingFile(request, call);
}

function ownerOf(state: SimState, holder: KeyHolder): string {
  return state.options.signaturesPerProject === true ? holder.book.project.id : "";
}

function missingFile(request: JsonObject, call: GenerateCall): Rejection | undefined {
  for (const part of asObjects(request["contents"]).flatMap((content) => asObjects(content["parts"]))) {
    const id = /\/(?:v1|v1beta)\/files\/([\w-]+)/.exec(asText(asObject(part["fileData"])?.["fileUri"]) ?? "")
      ?.[1];
    if (id === undefined) continue;
    if (!call.state.resources.find("files", call.holder.book.project.id, id)) {
      return permissionOnResource("File", id);
    }
  }
  return undefined;
}

/** Tokens of the cached content that the request names; 0 without one. */
function cachedTokens(request: JsonObject, call: GenerateCall): number | Rejection {
  const name = asText(request["cachedContent"]);
  if (name === undefined || name === "") return 0;
  const found = call.state.resources.find(
    "cachedContents",
    call.holder.book.project.id,
    name.split("/").at(-1) ?? "",
  );
  return found ? found.tokens : reject(403, "CachedContent not found (or permission denied)");
}

/** Counts the call against its project, or returns what is exceeded; a refused call is not counted. */
export function countQuota(
  state: SimState,
  book: ProjectBook,
  model: SimModel,
  tokens: number,
  embedding: boolean,
): Rejection | undefined {
  const limits = book.limitsFor(model.name);
  if (state.options.quota === false) return undefined;
  const violations = book.counter(model.name).take(limits ?? {}, tokens, state.clock.now(), model.name);
  if (violations.length === 0) return undefined;
  const dayDelayMs = state.options.dayDelayMs ?? 36_000;
  return quotaExceeded(violations, { embedding, tier: book.project.tier ?? "free", dayDelayMs });
}

function frameOf(
  call: GenerateCall,
  prompt: TokenCount,
  cachedTokens: number,
  request: JsonObject,
): ReplyFrame {
  const text = (prompt.byModality["TEXT"] ?? 0) + cachedTokens;
  const searched = asObjects(request["tools"]).some((tool) => tool["googleSearch"] !== undefined);
  return {
    modelVersion: call.model.name,
    responseId: call.state.newId(22),
    prompt: { total: prompt.total + cachedTokens, byModality: { ...prompt.byModality, TEXT: text } },
    cachedTokens,
    toolUseTokens: searched ? 60 : 0,
  };
}

function planFor(request: JsonObject, call: GenerateCall): ReplyPlan {
  const { state, holder, model } = call;
  const { key, book } = holder;
  const chosen = state.answerer?.({
    key,
    project: book.project.id,
    model: model.name,
    request,
    stream: call.stream,
  });
  if (typeof chosen === "string") return textPlan(chosen);
  return chosen ?? chooseReply(request, model, state.options.agentMode !== false);
}

function candidatesFor(request: JsonObject, call: GenerateCall): readonly PlannedCandidate[] {
  const { state, model } = call;
  // Newer models give an empty reply to function responses with wrong ids.
  if (model.echoIds && state.options.validate !== false && !responsesMatchCalls(request)) {
    return [{ chunks: [{ parts: [], candidateTokens: 0, thoughtTokens: 0 }], finish: "STOP" }];
  }
  const owner = ownerOf(state, call.holder);
  const ids = { signature: () => state.signatures.issue(owner), callId: () => state.newId(8) };
  const plan = planFor(request, call);
  return Array.from(
    { length: candidateCount(request) },
    () => spoilCandidate(cutReply(plan, request, model, ids), call.faults),
  );
}
