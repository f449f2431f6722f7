import { isObject, parseForeign, type Repair } from "../../core/mod.ts";
import type { GeminiRequest } from "../../gemini/mod.ts";
import { type CallTrace, type RelayDeps, type Repairs, type Try, withSearch } from "../../relay/mod.ts";
import type { UpstreamOperation, UpstreamRequest } from "../../upstreams/contract.ts";

/** Native methods that sources with an envelope have too. */
export const ENVELOPED_METHODS: Readonly<Record<string, UpstreamOperation>> = {
  generateContent: "generate",
  streamGenerateContent: "stream",
  countTokens: "count_tokens",
};

export interface EnvelopedInput {
  readonly operation: UpstreamOperation;
  readonly model: string;
  readonly body: Uint8Array;
  readonly session: string;
  readonly trace: CallTrace;
  /** The same for every try of the call. */
  readonly key: object;
}

/** A native client's request for a source with an envelope. Anything but a JSON object is left for Google to refuse. */
export async function buildEnveloped(
  deps: RelayDeps,
  input: EnvelopedInput,
  attempt: Try,
): Promise<UpstreamRequest> {
  const { session, trace, key } = input;
  const joined = input.operation === "generate" && attempt.upstream.alwaysStreams === true;
  const operation = joined ? "stream" : input.operation;
  const asked = requestIn(input.body);
  const model = deps.nameAt?.(attempt.credential, input.model, asked) ?? input.model;
  const request = operation === "count_tokens"
    ? asked
    : await withSearch(deps, attempt, { key, model, request: asked, session, trace });
  return attempt.upstream.build(
    {
      operation,
      model,
      request,
      host: attempt.host,
      requestId: trace.facts.id,
      session,
      at: deps.ports.clock.now(),
    },
    attempt.credential,
  );
}

function requestIn(body: Uint8Array): GeminiRequest {
  try {
    const parsed: unknown = parseForeign(new TextDecoder().decode(body));
    const wrapped = isObject(parsed)
      ? parsed["generateContentRequest"] ?? parsed["generate_content_request"]
      : undefined;
    const request = isObject(wrapped) ? wrapped : parsed;
    return isObject(request) ? request as unknown as GeminiRequest : NO_REQUEST;
  } catch {
    return NO_REQUEST;
  }
}

const NO_REQUEST: GeminiRequest = { contents: [] };

/** Repairs of a native client's body: only a number that the model does not accept, which a client cannot know. */
export function bodyRepairs(body: Uint8Array<ArrayBuffer>): Repairs {
  return {
    changes: (repair, already) =>
      repair.kind === "clamp_output" && repairedBody(body, [...already, repair]) !== body,
    subject: () => "",
  };
}

/** A native body with its output limit reduced to the model's maximum; Google has both spellings of the field. */
export function repairedBody(
  body: Uint8Array<ArrayBuffer>,
  healings: readonly Repair[],
): Uint8Array<ArrayBuffer> {
  const clamp = healings.find((repair) => repair.kind === "clamp_output");
  if (clamp === undefined) return body;
  try {
    const request: unknown = parseForeign(new TextDecoder().decode(body));
    const changed = isObject(request) ? clamped(request, clamp.maximum) : request;
    return changed === request ? body : new TextEncoder().encode(JSON.stringify(changed));
  } catch {
    return body;
  }
}

/** The request itself where nothing is above the maximum. */
function clamped(request: Record<string, unknown>, maximum: number): Record<string, unknown> {
  let copy = request;
  for (const name of ["generationConfig", "generation_config"]) {
    const config = copy[name];
    if (!isObject(config)) continue;
    const limits = ["maxOutputTokens", "max_output_tokens"].filter((field) =>
      Number(config[field]) > maximum
    );
    if (limits.length === 0) continue;
    copy = { ...copy, [name]: { ...config, ...Object.fromEntries(limits.map((field) => [field, maximum])) } };
  }
  return copy;
}
