import { isObject, parseForeign } from "../../core/mod.ts";
import type { GeminiRequest } from "../../gemini/mod.ts";
import { type CallTrace, type RelayDeps, type Try, withSearch } from "../../relay/mod.ts";
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
