import type { JsonObject } from "../core/mod.ts";
import { invalid, type Rejection } from "./errors.ts";
import { asList, asObject, asObjects, asText } from "./json_read.ts";
import type { SimModel } from "./models.ts";
import type { SignatureBook } from "./signatures.ts";

const DATA_FIELDS = [
  "text",
  "inlineData",
  "fileData",
  "functionCall",
  "functionResponse",
  "executableCode",
  "codeExecutionResult",
  "toolCall",
  "toolResponse",
];

export function callsOf(content: JsonObject): readonly JsonObject[] {
  return asObjects(content["parts"]).filter((part) => part["functionCall"] !== undefined);
}

export function responsesOf(content: JsonObject): readonly JsonObject[] {
  return asObjects(content["parts"]).filter((part) => part["functionResponse"] !== undefined);
}

/** Roles, parts and the order of function turns; `root` is the message name in Google's field paths. */
export function checkContents(request: JsonObject, root = "GenerateContentRequest"): Rejection | undefined {
  const contents = asObjects(request["contents"]);
  if (contents.length === 0) return invalid(`* ${root}.contents: contents is not specified\n`);
  return checkParts(contents, root) ?? checkRoles(contents) ?? checkNames(contents, root) ??
    checkTurns(contents);
}

function checkParts(contents: readonly JsonObject[], root: string): Rejection | undefined {
  const problems: string[] = [];
  contents.forEach((content, index) => {
    const parts = asObjects(content["parts"]);
    const path = `* ${root}.contents[${index}].parts`;
    if (parts.length === 0) problems.push(`${path}: contents.parts must not be empty.\n`);
    parts.forEach((part, position) => {
      const set = DATA_FIELDS.filter((field) => part[field] !== undefined);
      // A thought without text has been seen in replies, and comes back in histories.
      if (set.length === 0 && part["thought"] !== true && part["thoughtSignature"] === undefined) {
        problems.push(
          `${path}[${position}].data: required oneof field 'data' must have one initialized field\n`,
        );
      }
      if (set.length > 1) {
        problems.push(
          `${path}[${position}].data: oneof field 'data' is already set. Cannot set '${set[1]}'\n`,
        );
      }
    });
  });
  return problems.length > 0 ? invalid(problems.join("")) : undefined;
}

function checkRoles(contents: readonly JsonObject[]): Rejection | undefined {
  const wrong = contents.some((content) => {
    const role = asText(content["role"]) ?? "";
    if (role === "" || role === "user" || role === "model") return false;
    return !(role === "function" && responsesOf(content).length > 0);
  });
  return wrong ? invalid("Please use a valid role: user, model.") : undefined;
}

function checkNames(contents: readonly JsonObject[], root: string): Rejection | undefined {
  for (const [index, content] of contents.entries()) {
    for (const [position, part] of asObjects(content["parts"]).entries()) {
      for (
        const [field, wire] of [["functionCall", "function_call"], ["functionResponse", "function_response"]]
      ) {
        const value = part[field ?? ""];
        if (value === undefined) continue;
        const name = asText((value as JsonObject)["name"]) ?? "";
        if (name === "") {
          return invalid(
            `* ${root}.contents[${index}].parts[${position}].${wire}.name: Name cannot be empty.\n`,
          );
        }
      }
    }
  }
  return undefined;
}

interface Turn {
  readonly kind: "call" | "response" | "user" | "model";
  calls: number;
  responses: number;
}

function kindOf(content: JsonObject): Turn["kind"] {
  if (callsOf(content).length > 0) return "call";
  if (responsesOf(content).length > 0) return "response";
  return asText(content["role"]) === "model" ? "model" : "user";
}

/** Neighbouring contents of one kind are one turn: two model contents with calls and one user content with both results pass. */
function turnsOf(contents: readonly JsonObject[]): readonly Turn[] {
  const turns: Turn[] = [];
  for (const content of contents) {
    const kind = kindOf(content);
    const calls = callsOf(content).length;
    const responses = responsesOf(content).length;
    const last = turns.at(-1);
    if (last && last.kind === kind) {
      last.calls += calls;
      last.responses += responses;
    } else turns.push({ kind, calls, responses });
  }
  return turns;
}

function checkTurns(contents: readonly JsonObject[]): Rejection | undefined {
  const turns = turnsOf(contents);
  for (const [index, turn] of turns.entries()) {
    const before = turns[index - 1];
    if (turn.kind === "call" && before?.kind !== "user" && before?.kind !== "response") {
      return invalid(
        "Please ensure that function call turn comes immediately after a user turn or after a function response turn.",
      );
    }
    if (turn.kind !== "response") continue;
    if (before?.kind !== "call") {
      return invalid(
        "Please ensure that function response turn comes immediately after a function call turn.",
      );
    }
    if (before.calls !== turn.responses) {
      return invalid(
        "Please ensure that the number of function response parts is equal to the number of function call parts of the " +
          "function call turn.",
      );
    }
  }
  return undefined;
}

/** The index of the first content after the last user content that holds more than function responses. */
export function currentTurnStart(contents: readonly JsonObject[]): number {
  for (let index = contents.length - 1; index >= 0; index--) {
    const content = contents[index];
    if (!content || asText(content["role"]) === "model") continue;
    if (asList(content["parts"]).length > responsesOf(content).length) return index + 1;
  }
  return 0;
}

/**
 * Gemini 3 and later: in the current turn the first function call of every step must carry a signature that this service
 * issued, or a documented stand-in. Older turns are not checked.
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
