import type { JsonObject } from "../core/mod.ts";
import type { ModelCapabilities } from "./model_family.ts";
import { wrapArguments } from "./declarations.ts";
import { codeKey, mediaKey, type PartKey, textKey } from "./turn_memory.ts";
import type { Blob64, Content, FunctionCall, FunctionResponse, Part } from "./wire.ts";

/** The result of a tool. Names are Gemini's. */
export interface ToolResult {
  /** The client's id of the call that it answers. */
  readonly callId: string;
  readonly name?: string;
  readonly response: JsonObject;
  /** inlineData or fileData parts that came with it. */
  readonly media?: readonly Part[];
}

/** One step of a conversation, in the client's order. `functionCall.id` is always the client's id. */
export type ConversationItem =
  | { readonly kind: "user"; readonly parts: readonly Part[] }
  | { readonly kind: "model"; readonly parts: readonly Part[] }
  | { readonly kind: "result"; readonly result: ToolResult };

export interface AssembleOptions {
  readonly capabilities: ModelCapabilities;
  /** Function tools are declared, so a trailing model turn is not a prefill. */
  readonly hasTools: boolean;
  /** Functions whose arguments travel under `value`. */
  readonly wrapped?: ReadonlySet<string>;
  readonly signatureOf: (key: PartKey) => string | undefined;
  /** Parts of Google's own tools that stood before a call, or before a text, when the model made them. */
  readonly partsBefore?: ((key: PartKey) => readonly Part[] | undefined) | undefined;
}

export interface Assembled {
  readonly contents: readonly Content[];
  /** First calls of a step, and pictures, that got the dummy signature. */
  readonly missingSignatures: readonly PartKey[];
  /** Warns if a dummy signature was sent. */
  readonly warnings: readonly string[];
}

/** Replaces a lost signature; documented for histories of other models (ai.google.dev, thought signatures). */
export const DUMMY_SIGNATURE = "skip_thought_signature_validator";

interface Step {
  readonly model: Part[];
  readonly results: ToolResult[];
  readonly user: Part[];
}

/**
 * Arranges a conversation by Gemini's rules: roles alternate, beginning with the user; each turn with calls is
 * followed directly by as many responses in the order of the calls, and content between them comes after; where
 * signatures are needed the first call of each step has one.
 */
export function assembleContents(items: readonly ConversationItem[], options: AssembleOptions): Assembled {
  const missingSignatures: PartKey[] = [];
  const contents: Content[] = [];
  for (const step of stepsOf(items)) {
    if (step.model.length > 0) {
      if (contents.length === 0) contents.push({ role: "user", parts: [{ text: "." }] });
      contents.push({ role: "model", parts: modelParts(step.model, options, missingSignatures) });
    }
    const parts = [...answerCalls(step.model, step.results, options.capabilities), ...step.user];
    if (parts.length > 0) contents.push({ role: "user", parts });
  }
  const warnings = missingSignatures.length === 0
    ? []
    : ["A thought signature of an earlier turn is gone; the documented stand-in was sent."];
  return { contents: closed(contents, options), missingSignatures, warnings };
}

function stepsOf(items: readonly ConversationItem[]): Step[] {
  let step: Step = { model: [], results: [], user: [] };
  const steps = [step];
  for (const item of items) {
    if (item.kind === "result") addResult(step, item.result);
    else if (item.kind === "user") step.user.push(...item.parts);
    else if (item.parts.length > 0) {
      if (step.results.length > 0 || step.user.length > 0) {
        steps.push(step = { model: [], results: [], user: [] });
      }
      step.model.push(...item.parts);
    }
  }
  return steps;
}

/** A result that answers no call of its step stays where it is, as text. */
function addResult(step: Step, result: ToolResult): void {
  const answers = step.model.some(({ functionCall }) =>
    functionCall !== undefined && functionCall.id === result.callId
  );
  if (answers) step.results.push(result);
  else step.user.push(...orphanParts(result));
}

/** A conversation is never empty, and ends with the user unless the model may continue its own text. */
function closed(contents: Content[], { capabilities, hasTools }: AssembleOptions): Content[] {
  if (contents.length === 0) return [{ role: "user", parts: [{ text: " " }] }];
  const prefill = contents.at(-1)?.role === "model";
  if (!prefill || (capabilities.prefill && !hasTools)) return contents;
  return [...contents, { role: "user", parts: [{ text: "Continue." }] }];
}

function modelParts(parts: readonly Part[], options: AssembleOptions, missing: PartKey[]): Part[] {
  const { capabilities, partsBefore } = options;
  const pictures = capabilities.needsSignatures && parts.some(({ inlineData }) => inlineData !== undefined);
  const made: Part[] = [];
  let first = true;
  for (const [index, part] of parts.entries()) {
    const call = part.functionCall;
    if (call !== undefined) {
      made.push(...before(parts, keyOf(call), options), callPart(part, call, first, options, missing));
      first = false;
      continue;
    }
    if (index === 0 && part.text !== undefined && partsBefore !== undefined) {
      made.push(...before(parts, textKey(wholeText(parts)), options));
    }
    if (part.executableCode !== undefined || part.codeExecutionResult !== undefined) {
      made.push(signedCode(part, options));
    } else made.push(pictures ? signedPart(part, index === 0, parts, options, missing) : part);
  }
  return made;
}

function keyOf({ id, name, args }: FunctionCall): PartKey {
  return { id: id ?? "", name, args: args ?? {} };
}

function wholeText(parts: readonly Part[]): string {
  return parts.map(({ text, thought }) => thought === true ? "" : text ?? "").join("");
}

function callPart(
  part: Part,
  call: FunctionCall,
  first: boolean,
  { capabilities, signatureOf, wrapped }: AssembleOptions,
  missing: PartKey[],
): Part {
  const key = keyOf(call);
  const known = part.thoughtSignature ?? signatureOf(key);
  const wanted = first && capabilities.needsSignatures;
  if (wanted && known === undefined) missing.push(key);
  const signature = known ?? (wanted ? DUMMY_SIGNATURE : undefined);
  const { id, ...bare } = call;
  const told = wrapped?.has(call.name) ? { ...bare, args: wrapArguments(key.args) } : bare;
  const functionCall = capabilities.echoesCallIds && id !== undefined ? { id, ...told } : told;
  return { ...part, functionCall, ...(signature === undefined ? {} : { thoughtSignature: signature }) };
}

/** Code that Google ran goes back with the signature that it came with, where it is still known. */
function signedCode(part: Part, { capabilities, signatureOf }: AssembleOptions): Part {
  if (part.thoughtSignature !== undefined || !capabilities.needsSignatures) return part;
  const known = signatureOf(codeKey(part));
  return known === undefined ? part : { ...part, thoughtSignature: known };
}

/** Image models want the signature of every picture of theirs, and of the first part in the turn (ai.google.dev). */
function signedPart(
  part: Part,
  leads: boolean,
  parts: readonly Part[],
  { signatureOf }: AssembleOptions,
  missing: PartKey[],
): Part {
  if (part.thoughtSignature !== undefined) return part;
  const picture = part.inlineData !== undefined;
  if (!picture && (part.text === undefined || !leads)) return part;
  const key = picture ? mediaKey(part.inlineData!.data) : textKey(wholeText(parts));
  const known = signatureOf(key);
  if (known === undefined) missing.push(key);
  return { ...part, thoughtSignature: known ?? DUMMY_SIGNATURE };
}

/** Steps of Google's own tools before a part, unless the client sent them itself. */
function before(
  parts: readonly Part[],
  key: PartKey,
  { capabilities, partsBefore }: AssembleOptions,
): readonly Part[] {
  if (!capabilities.needsSignatures) return [];
  const told = (field: keyof Part) => parts.some((part) => part[field] !== undefined);
  return (partsBefore?.(key) ?? []).filter((part) =>
    !(part.executableCode !== undefined && told("executableCode")) &&
    !(part.codeExecutionResult !== undefined && told("codeExecutionResult"))
  );
}

/**
 * The responses to a turn's calls, in the order of the calls: one each, a placeholder where the client has none.
 * Media are inside the response if the model supports that, else beside it.
 */
function answerCalls(
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

/** Media types that functionResponse.parts takes (ai.google.dev, multimodal function responses). */
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
function orphanParts(result: ToolResult): Part[] {
  const { output, error } = result.response;
  const told = output ?? error ?? result.response;
  const text = typeof told === "string" ? told : JSON.stringify(told);
  return [{ text: `[tool result ${result.name ?? result.callId}] ${text}` }, ...(result.media ?? [])];
}
