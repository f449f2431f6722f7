import type { JsonObject } from "../core/mod.ts";
import { invalid, type Rejection } from "./errors.ts";
import { asNumber, asObject } from "./json_read.ts";
import type { SimModel } from "./models.ts";
import type { SignatureBook } from "./signatures.ts";
import { checkConfig } from "./validate_config.ts";
import { checkContents } from "./validate_contents.ts";
import { checkSignatures } from "./validate_signatures.ts";
import { checkTools } from "./validate_tools.ts";

/** What a decoded generate request is judged against. */
export interface ValidationContext {
  readonly model: SimModel;
  readonly signatures: SignatureBook;
  /** Who the signatures must belong to, beside the service. */
  readonly owner: string;
  readonly inputTokens: number;
}

/** The refusal that Google would give to a decoded GenerateContentRequest, or undefined when it would serve it. */
export function validateGenerate(request: JsonObject, context: ValidationContext): Rejection | undefined {
  const { model } = context;
  return checkContents(request) ??
    checkSystem(request, model) ??
    checkTools(request, model) ??
    checkConfig(request, model) ??
    checkSignatures(request, model, context.signatures, context.owner) ??
    checkSize(context.inputTokens, model);
}

function checkSystem(request: JsonObject, model: SimModel): Rejection | undefined {
  if (!asObject(request["systemInstruction"]) || model.systemInstruction) return undefined;
  return invalid(`Developer instruction is not enabled for models/${model.name}`);
}

function checkSize(tokens: number, model: SimModel): Rejection | undefined {
  if (tokens <= model.inputTokenLimit) return undefined;
  return invalid(
    `The input token count (${tokens}) exceeds the maximum number of tokens allowed (${model.inputTokenLimit}).`,
  );
}

/** The number of candidates asked for; 1 when nothing is said. */
export function candidateCount(request: JsonObject): number {
  return asNumber(asObject(request["generationConfig"])?.["candidateCount"]) ?? 1;
}
