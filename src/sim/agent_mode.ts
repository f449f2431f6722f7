import { isObject, type Json, type JsonObject } from "../core/mod.ts";
import { readingCall, readingTools } from "./agent_tools.ts";
import { asObject, asObjects, asText } from "./json_read.ts";
import { type ReplyPlan, textPlan } from "./reply_plan.ts";
import { callsOf, currentTurnStart, responsesOf } from "./validate_contents.ts";
import { declarationsOf } from "./validate_tools.ts";

const MARKER_REGEXP = /MARKER-[0-9A-Za-z]+/;
const FILE = String.raw`([\w./~-]*[\w-]\.[A-Za-z]\w{0,7})\b`;
const FILE_REGEXPS = [
  /\b(marker\.txt)\b/,
  new RegExp(String.raw`(?:read|cat|open|show|print|view|inside|contents? of)\b[^\n]{0,60}?` + FILE, "i"),
];
const DIRECTORY_REGEXPS = [
  /<cwd>\s*(\/[^<\s]+)/i,
  /(?:working directory|current directory|workspace(?: root)?(?: folder)?|directory|cwd|workdir)[^\n/]{0,40}[:=]?\s*[`"'<(]?(\/[^\s`"'<>(),]+)/i,
];
const MAX_TRIES = 3;

/** What the current turn is about, as an agent's model would read it. */
interface Scene {
  readonly prompt: string;
  readonly file: string;
  readonly directory: string | undefined;
  readonly outputs: readonly string[];
  readonly tries: number;
}

/**
 * Acts as the model of a coding agent: first a call of an offered tool that can read the file the prompt names, then an
 * answer with what the tool gave back. Undefined when the prompt names no file.
 */
export function agentPlan(request: JsonObject): ReplyPlan | undefined {
  const scene = sceneOf(request);
  if (!scene) return undefined;
  const tools = readingTools(declarationsOf(request));
  const answer = answerFrom(scene.outputs);
  if (answer !== undefined && (answer.sure || scene.tries >= MAX_TRIES || scene.tries >= tools.length)) {
    return textPlan(answer.text);
  }
  const tool = tools[scene.tries];
  if (tool) {
    const thought =
      `**Reading ${scene.file}**\n\nThe user wants the text of ${scene.file}; a tool can read it.\n\n\n`;
    return { text: "", calls: [readingCall(tool, scene.file, scene.directory)], thought };
  }
  return inlineAnswer(request, scene.file);
}

function sceneOf(request: JsonObject): Scene | undefined {
  const contents = asObjects(request["contents"]);
  const start = currentTurnStart(contents);
  const prompt = textsOf(contents.slice(lastModelBefore(contents, start), start)).join("\n");
  const file = FILE_REGEXPS.map((regexp) => regexp.exec(prompt)?.[1]).find((found) => found !== undefined);
  if (file === undefined) return undefined;
  const turn = contents.slice(start);
  const everything = [
    ...textsOf(contents.slice(0, start)),
    ...textsOf([asObject(request["systemInstruction"]) ?? {}]),
  ];
  return {
    prompt,
    file,
    directory: directoryIn(everything.join("\n")),
    outputs: turn.flatMap(responsesOf).map((part) =>
      outputText(asObject(part["functionResponse"])?.["response"])
    ),
    tries: turn.flatMap(callsOf).length,
  };
}

/** Where the run of user contents that ends before `start` begins: agents spread one prompt over several. */
function lastModelBefore(contents: readonly JsonObject[], start: number): number {
  let index = start;
  while (index > 0 && asText(contents[index - 1]?.["role"]) !== "model") index--;
  return index;
}

function textsOf(contents: readonly JsonObject[]): readonly string[] {
  return contents.flatMap((content) => asObjects(content["parts"])).map((part) => asText(part["text"]) ?? "");
}

function directoryIn(text: string): string | undefined {
  return DIRECTORY_REGEXPS.map((regexp) => regexp.exec(text)?.[1]).find((found) => found !== undefined);
}

/** Everything a tool said, as one text: the known output fields first, otherwise every string in order. */
export function outputText(response: Json | undefined): string {
  const body = asObject(response);
  if (body) {
    for (const key of ["output", "result", "content", "stdout", "text"]) {
      if (body[key] !== undefined && body[key] !== "") return stringsIn(body[key]).join("\n");
    }
  }
  return stringsIn(response).join("\n");
}

function stringsIn(value: Json | undefined): readonly string[] {
  if (typeof value === "string") return [value];
  if (typeof value === "number" || typeof value === "boolean") return [String(value)];
  if (Array.isArray(value)) return value.flatMap((entry) => stringsIn(entry as Json));
  return isObject(value) ? Object.values(value).flatMap((entry) => stringsIn(entry as Json)) : [];
}

function answerFrom(
  outputs: readonly string[],
): { readonly text: string; readonly sure: boolean } | undefined {
  if (outputs.length === 0) return undefined;
  const marker = outputs.map((output) => MARKER_REGEXP.exec(output)?.[0]).find((found) =>
    found !== undefined
  );
  if (marker !== undefined) return { text: marker, sure: true };
  const last = outputs.at(-1)?.trim() ?? "";
  const failed = /error|not found|no such file|denied|must be absolute|invalid/i.test(last);
  return { text: withoutLineNumbers(last), sure: !failed };
}

function withoutLineNumbers(text: string): string {
  return text.split("\n").map((line) => line.replace(/^\s*\d+[→\t|:]\s?/, "")).join("\n").trim();
}

/** Without a usable tool, the file's text may be in the conversation itself. */
function inlineAnswer(request: JsonObject, file: string): ReplyPlan | undefined {
  const text = textsOf(asObjects(request["contents"])).join("\n");
  const marker = MARKER_REGEXP.exec(text)?.[0];
  if (marker !== undefined) return textPlan(marker);
  const name = file.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const block = new RegExp(`${name}\\s*\\n\`\`\`\\w*\\n([\\s\\S]*?)\\n?\`\`\``).exec(text)?.[1];
  return block === undefined ? undefined : textPlan(block.trim());
}
