import { isObject } from "../../core/mod.ts";
import type { GeminiRequest } from "../../gemini/mod.ts";
import type { RelayDeps, Try } from "../../relay/mod.ts";
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
  readonly requestId: string;
  readonly session: string;
}

/** A native client's request for a source that cannot take it as it is. What is no JSON object is left for Google to refuse. */
export function buildEnveloped(
  { nameAt, ports }: Pick<RelayDeps, "nameAt" | "ports">,
  input: EnvelopedInput,
  attempt: Try,
): UpstreamRequest {
  const { requestId, session } = input;
  const joined = input.operation === "generate" && attempt.upstream.alwaysStreams === true;
  const operation = joined ? "stream" : input.operation;
  const request = requestIn(input.body);
  const model = nameAt?.(attempt.credential, input.model, request) ?? input.model;
  return attempt.upstream.build(
    { operation, model, request, host: attempt.host, requestId, session, at: ports.clock.now() },
    attempt.credential,
  );
}

function requestIn(body: Uint8Array): GeminiRequest {
  try {
    const parsed: unknown = JSON.parse(new TextDecoder().decode(body));
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
