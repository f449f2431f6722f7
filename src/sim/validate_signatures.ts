import type { JsonObject } from "../core/mod.ts";
import { invalid, type Rejection } from "./errors.ts";
import { asObject, asObjects, asText } from "./json_read.ts";
import type { SimModel } from "./models.ts";
import type { SignatureBook } from "./signatures.ts";
import { callsOf, currentTurnStart, responsesOf } from "./validate_contents.ts";

/**
 * Gemini 3 and later: in the current turn the first function call of every step must carry a signature that this service
 * issued, or a documented stand-in. Older turns are not looked at.
 */
export function checkSignatures(
  request: JsonObject,
  model: SimModel,
  signatures: SignatureBook,
  owner: string,
): Rejection | undefined {
  if (model.signatures !== "mandatory") return undefined;
  const contents = asObjects(request["contents"]);
  const unsigned = model.image ? contents.findIndex(hasUnsignedPicture) : -1;
  if (unsigned >= 0) {
    return invalid(
      `Image part is missing a thought_signature in content position ${unsigned + 1}, part position 1.`,
    );
  }
  let stepHasCall = false;
  for (let index = currentTurnStart(contents); index < contents.length; index++) {
    const content = contents[index];
    if (!content) continue;
    if (responsesOf(content).length > 0) stepHasCall = false;
    for (const part of callsOf(content)) {
      const signature = asText(part["thoughtSignature"]);
      if (signature === undefined && !stepHasCall) return missing(part, index);
      if (signature !== undefined && (signature === "" || signatures.judge(signature, owner) === "foreign")) {
        return invalid("Corrupted thought signature.");
      }
      stepHasCall = true;
    }
  }
  return undefined;
}

/** Image models want the signature of every picture that they made. */
function hasUnsignedPicture(content: JsonObject): boolean {
  return content["role"] === "model" &&
    asObjects(content["parts"]).some((part) =>
      part["inlineData"] !== undefined && part["thought"] !== true &&
      asText(part["thoughtSignature"]) === undefined
    );
}

function missing(part: JsonObject, index: number): Rejection {
  const name = asText(asObject(part["functionCall"])?.["name"]) ?? "";
  return invalid(
    "Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly, " +
      "and missing thought_signature may lead to degraded model performance. Additional data, function call " +
      `\`default_api:${name}\` , position ${index + 1}. ` +
      "Please refer to https://ai.google.dev/gemini-api/docs/thought-signatures for more details.",
  );
}

/** True when the last function responses repeat the ids and names of their calls, in any order. */
export function responsesMatchCalls(request: JsonObject): boolean {
  const contents = asObjects(request["contents"]);
  const start = currentTurnStart(contents);
  const turn = contents.slice(start);
  const key = (value: JsonObject | undefined): string =>
    `${asText(value?.["id"]) ?? ""}\n${asText(value?.["name"]) ?? ""}`;
  const calls = turn.flatMap(callsOf).map((part) => key(asObject(part["functionCall"])));
  const responses = turn.flatMap(responsesOf).map((part) => key(asObject(part["functionResponse"])));
  return responses.every((response) => calls.includes(response));
}
