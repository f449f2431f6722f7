import type { Json, JsonObject } from "../core/mod.ts";
import { asList, asObject, asObjects, asText } from "./json_read.ts";
import { decodeBody } from "./decode.ts";
import type { Answer } from "./embeddings.ts";
import { invalid } from "./errors.ts";
import type { SimModel } from "./models.ts";
import { checkContents } from "./validate_contents.ts";

/** Fixed prices of media in tokens, near Google's documented ones. */
const MEDIA_TOKENS: Readonly<Record<string, number>> = { IMAGE: 258, AUDIO: 144, VIDEO: 526, DOCUMENT: 258 };

/** Input tokens by modality. */
export type TokenCount = { readonly total: number; readonly byModality: Readonly<Record<string, number>> };

/** About four characters make a token; never zero for a text that is not empty. */
export function textTokens(text: string): number {
  return Math.ceil(text.length / 4);
}

function modalityOf(mimeType: string): string {
  const kind = mimeType.split("/")[0]?.toUpperCase() ?? "";
  return kind in MEDIA_TOKENS ? kind : "DOCUMENT";
}

/** Counts what a request feeds the model: contents, system instruction and tools. */
export function countInput(request: JsonObject): TokenCount {
  const counts: Record<string, number> = { TEXT: 0 };
  const add = (modality: string, tokens: number): void => {
    counts[modality] = (counts[modality] ?? 0) + tokens;
  };
  const system = asObject(request["systemInstruction"]);
  for (const content of [...asObjects(request["contents"]), ...(system ? [system] : [])]) {
    for (const part of asObjects(content["parts"])) countPart(part, add);
  }
  for (const tool of asObjects(request["tools"])) {
    const declarations = asList(tool["functionDeclarations"]);
    if (declarations.length > 0) add("TEXT", textTokens(JSON.stringify(declarations)));
  }
  const total = Object.values(counts).reduce((sum, tokens) => sum + tokens, 0);
  return { total, byModality: counts };
}

function countPart(part: JsonObject, add: (modality: string, tokens: number) => void): void {
  const text = asText(part["text"]);
  if (text !== undefined) add("TEXT", textTokens(text));
  for (const key of ["functionCall", "functionResponse", "executableCode", "codeExecutionResult"]) {
    const value = part[key];
    if (value !== undefined) add("TEXT", textTokens(JSON.stringify(value)));
  }
  const media = asObject(part["inlineData"]) ?? asObject(part["fileData"]);
  if (!media) return;
  const modality = modalityOf(asText(media["mimeType"]) ?? "");
  add(modality, MEDIA_TOKENS[modality] ?? 258);
}

/** `[{modality, tokenCount}]` as usageMetadata lists them; empty modalities are left out. */
export function modalityDetails(byModality: Readonly<Record<string, number>>): Json {
  return Object.entries(byModality).filter(([, tokens]) => tokens > 0).map(([modality, tokenCount]) => ({
    modality,
    tokenCount,
  }));
}

/** countTokens: `contents`, or a whole `generateContentRequest`, but not both. Uses no quota of the model. */
export function countTokens(model: SimModel, bodyText: string): Answer {
  const decoded = decodeBody(bodyText, "CountTokensRequest");
  if ("rejection" in decoded) return decoded;
  const whole = asObject(decoded.value["generateContentRequest"]);
  const bare = decoded.value["contents"] !== undefined;
  if (whole && bare) {
    return {
      rejection: invalid(
        "* CountTokensRequest.generate_content_request: only one of 'contents' and 'generate_content_request' may be set\n",
      ),
    };
  }
  const named = asText(whole?.["model"]);
  if (whole && named !== `models/${model.name}`) {
    return {
      rejection: invalid(
        "* CountTokensRequest.generate_content_request.model: unexpected model name format\n",
      ),
    };
  }
  const request = whole ?? decoded.value;
  const rejection = checkContents(
    request,
    whole ? "CountTokensRequest.generate_content_request" : "CountTokensRequest",
  );
  if (rejection) return { rejection };
  const count = countInput(request);
  return { body: { totalTokens: count.total, promptTokensDetails: modalityDetails(count.byModality) } };
}
