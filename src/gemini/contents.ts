import type { JsonObject } from "../core/mod.ts";
import type { ModelCapabilities } from "./capabilities.ts";
import { answerCalls, orphanParts } from "./answer_calls.ts";
import { wrapArguments } from "./declarations.ts";
import type { Content, Part } from "./wire.ts";

/** What a tool gave back. Names are Gemini's. */
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

/** A call whose signature is looked for; its name is the one that Gemini was told. */
export interface CallKey {
  readonly id: string;
  readonly name: string;
  readonly args: JsonObject;
}

export interface AssembleOptions {
  readonly capabilities: ModelCapabilities;
  /** Function tools are declared, so a trailing model turn is no prefill. */
  readonly hasTools: boolean;
  /** Functions whose arguments travel under `value`. */
  readonly wrapped?: ReadonlySet<string>;
  readonly signatureOf: (call: CallKey) => string | undefined;
}

export interface Assembled {
  readonly contents: readonly Content[];
  /** First calls of a step that had to take the stand-in. */
  readonly missingSignatures: readonly CallKey[];
  /** Says that a stand-in was sent, if one was. */
  readonly warnings: readonly string[];
}

/** Stands in for a signature that is gone; documented for histories of other models (ai.google.dev, thought signatures). */
export const DUMMY_SIGNATURE = "skip_thought_signature_validator";

interface Step {
  readonly model: Part[];
  readonly results: ToolResult[];
  readonly user: Part[];
}

/**
 * Lays out a conversation by Gemini's rules: roles alternate and begin with the user, each turn with calls is followed at
 * once by as many responses in the order of the calls, what stood between them comes after, and where signatures are
 * needed the first call of each step has one.
 */
export function assembleContents(items: readonly ConversationItem[], options: AssembleOptions): Assembled {
  const missingSignatures: CallKey[] = [];
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
    : ["A thought signature of an earlier tool call is gone; the documented stand-in was sent."];
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

/** A conversation is never empty, and ends with the user unless the model may go on with its own words. */
function closed(contents: Content[], { capabilities, hasTools }: AssembleOptions): Content[] {
  if (contents.length === 0) return [{ role: "user", parts: [{ text: " " }] }];
  const prefill = contents.at(-1)?.role === "model";
  if (!prefill || (capabilities.prefill && !hasTools)) return contents;
  return [...contents, { role: "user", parts: [{ text: "Continue." }] }];
}

function modelParts(parts: readonly Part[], options: AssembleOptions, missing: CallKey[]): Part[] {
  let first = true;
  return parts.map((part) => {
    const call = part.functionCall;
    if (call === undefined) return part;
    const key: CallKey = { id: call.id ?? "", name: call.name, args: call.args ?? {} };
    const known = part.thoughtSignature ?? options.signatureOf(key);
    const wanted = first && options.capabilities.needsSignatures;
    if (wanted && known === undefined) missing.push(key);
    first = false;
    const signature = known ?? (wanted ? DUMMY_SIGNATURE : undefined);
    const { id, ...bare } = call;
    const told = options.wrapped?.has(call.name) ? { ...bare, args: wrapArguments(key.args) } : bare;
    const functionCall = options.capabilities.echoesCallIds && id !== undefined ? { id, ...told } : told;
    return { ...part, functionCall, ...(signature === undefined ? {} : { thoughtSignature: signature }) };
  });
}
