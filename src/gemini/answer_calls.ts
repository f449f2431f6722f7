import type { ModelCapabilities } from "./capabilities.ts";
import type { ToolResult } from "./contents.ts";
import type { Blob64, FunctionCall, FunctionResponse, Part } from "./wire.ts";

/**
 * The responses to a turn's calls, in the order of the calls: one each, a stand-in where the client has none. Media stand
 * in the response where the model takes them there, else beside it.
 */
export function answerCalls(
  model: readonly Part[],
  results: readonly ToolResult[],
  capabilities: ModelCapabilities,
): Part[] {
  const calls = model.flatMap(({ functionCall }) => functionCall === undefined ? [] : [functionCall]);
  const answers = pair(calls, results);
  const responses: Part[] = [];
  const beside: Part[] = [];
  calls.forEach((call, position) => {
    const [inside, outside] = splitMedia(answers[position], capabilities.mediaInToolResults);
    responses.push({
      functionResponse: responseOf(call, answers[position], inside, capabilities.echoesCallIds),
    });
    beside.push(...outside);
  });
  return [...responses, ...beside];
}

/** The last result for an id counts; calls that share one id take theirs in turn. */
function pair(calls: readonly FunctionCall[], results: readonly ToolResult[]): (ToolResult | undefined)[] {
  const queues = new Map<string, ToolResult[]>();
  const sharing = new Map<string, number>();
  for (const call of calls) {
    queues.set(call.id ?? "", []);
    sharing.set(call.id ?? "", (sharing.get(call.id ?? "") ?? 0) + 1);
  }
  for (const result of results) queues.get(result.callId)?.push(result);
  return calls.map(({ id = "" }) => {
    const queue = queues.get(id) ?? [];
    return sharing.get(id) === 1 ? queue.at(-1) : queue.shift();
  });
}

function responseOf(
  call: FunctionCall,
  result: ToolResult | undefined,
  inside: readonly Blob64[],
  echoId: boolean,
): FunctionResponse {
  return {
    ...(echoId && call.id !== undefined ? { id: call.id } : {}),
    name: call.name,
    response: result?.response ?? { error: "No result: the call was interrupted." },
    ...(inside.length === 0 ? {} : { parts: inside.map((inlineData) => ({ inlineData })) }),
  };
}

/** What functionResponse.parts takes (ai.google.dev, multimodal function responses). */
const INSIDE_REGEXP = /^(image\/(png|jpeg|webp)|application\/pdf|text\/plain)$/;

function splitMedia(result: ToolResult | undefined, insideAllowed: boolean): [Blob64[], Part[]] {
  const inside: Blob64[] = [];
  const outside: Part[] = [];
  for (const part of result?.media ?? []) {
    const blob = part.inlineData;
    if (insideAllowed && blob !== undefined && INSIDE_REGEXP.test(blob.mimeType)) inside.push(blob);
    else outside.push(part);
  }
  return [inside, outside];
}

/** A result that answers no call of its turn, as text for the user turn. */
export function orphanParts(result: ToolResult): Part[] {
  const { output, error } = result.response;
  const told = output ?? error ?? result.response;
  const text = typeof told === "string" ? told : JSON.stringify(told);
  return [{ text: `[tool result ${result.name ?? result.callId}] ${text}` }, ...(result.media ?? [])];
}
