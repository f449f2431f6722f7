import { isObject, type Json, type JsonObject } from "../core/mod.ts";
import { asObject, asObjects, asText } from "./json_read.ts";
import { type PlannedCall, type ReplyPlan, textPlan } from "./reply_plan.ts";
import { callsOf, currentTurnStart, responsesOf } from "./validate_contents.ts";
import { declarationsOf } from "./validate_tools.ts";
import { schemaValue, typeOf, type ValueHint } from "./schema_value.ts";

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

/** The facts of the current turn that an agent's model would use. */
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

/** Shell tools by the names coding agents give them, the surest first; they take a path relative to the working directory. */
const SHELL_NAMES = [
  "exec_command",
  "run_shell_command",
  "bash",
  "shell",
  "run_commands",
  "run_command",
  "execute_command",
  "terminal",
  "run_in_terminal",
  "runterminalcommand",
  "run_terminal_command",
  "run_terminal_cmd",
  "execute",
  "local_shell",
  "powershell",
];
const READ_NAMES = [
  "read",
  "read_file",
  "view",
  "view_file",
  "cat",
  "open_file",
  "readfile",
  "read_many_files",
  "read_files",
];

const COMMAND_REGEXP = /^(cmd|commands?|script|command_?line)$/i;
const PATH_REGEXP =
  /^(file_?paths?|absolute_?path|abs_?path|paths?|filename|file_?names?|files?|target_?file|uri|include)$/i;

function schemaOf(declaration: JsonObject): JsonObject {
  return asObject(declaration["parametersJsonSchema"]) ?? asObject(declaration["parameters"]) ?? {};
}

function propertyNames(declaration: JsonObject): readonly string[] {
  return Object.keys(asObject(schemaOf(declaration)["properties"]) ?? {});
}

function plainName(declaration: JsonObject): string {
  const name = (asText(declaration["name"]) ?? "").toLowerCase();
  return name.split(/__|[.:]/).at(-1) ?? name;
}

/** Every offered tool that could read a file, the surest first. */
function readingTools(declarations: readonly JsonObject[]): readonly JsonObject[] {
  const ranked = declarations.map((declaration) => ({ declaration, rank: rankOf(declaration) }));
  return ranked.filter(({ rank }) => rank >= 0).sort((left, right) => left.rank - right.rank).map((
    { declaration },
  ) => declaration);
}

function rankOf(declaration: JsonObject): number {
  const name = plainName(declaration);
  const properties = propertyNames(declaration);
  const shell = SHELL_NAMES.indexOf(name);
  if (shell >= 0 && properties.some((property) => COMMAND_REGEXP.test(property))) return shell;
  const read = READ_NAMES.indexOf(name);
  if (read >= 0 && properties.some((property) => PATH_REGEXP.test(property))) return 100 + read;
  if (/shell|bash|terminal|exec/.test(name) && properties.some((property) => COMMAND_REGEXP.test(property))) {
    return 200;
  }
  if (/read|view|cat/.test(name) && properties.some((property) => PATH_REGEXP.test(property))) return 300;
  return -1;
}

/** A call of the tool that reads `file`; absolute paths are made from `directory` when it is known. */
function readingCall(
  declaration: JsonObject,
  file: string,
  directory: string | undefined,
): PlannedCall {
  const absolute = directory === undefined || file.startsWith("/")
    ? file
    : `${directory.replace(/\/$/, "")}/${file}`;
  const hint: ValueHint = (name, schema) => {
    if (COMMAND_REGEXP.test(name)) return commandValue(name, schema, `cat ${file}`);
    if (PATH_REGEXP.test(name)) return pathValue(schema, absolute);
    if (/description|explanation|justification|reason|summary/i.test(name)) return `Read ${file}`;
    if (/work(ing)?_?dir|cwd|directory|dir_path/i.test(name)) return directory;
    return typeOf(schema) === "boolean" ? false : undefined;
  };
  const schema = withNeeded(schemaOf(declaration));
  const args = asObject(schemaValue(schema, hint)) ?? {};
  return { name: asText(declaration["name"]) ?? "", args };
}

/** The schema with the one property that carries the command or the path required, and nothing else added. */
function withNeeded(schema: JsonObject): JsonObject {
  const names = Object.keys(asObject(schema["properties"]) ?? {});
  const required = Array.isArray(schema["required"]) ? schema["required"] as readonly Json[] : [];
  const needed = names.find((name) => COMMAND_REGEXP.test(name)) ??
    names.find((name) => PATH_REGEXP.test(name));
  if (needed === undefined) return schema;
  return { ...schema, type: "object", required: [...new Set([...required, needed])] };
}

function commandValue(name: string, schema: JsonObject, command: string): Json {
  const items = asObject(schema["items"]);
  if (typeOf(schema) !== "array") return command;
  if (items && typeOf(items) === "object") return [asObject(schemaValue(items, () => command)) ?? {}];
  return /s$/i.test(name) ? [command] : ["bash", "-lc", command];
}

function pathValue(schema: JsonObject, path: string): Json {
  if (typeOf(schema) !== "array") return typeOf(schema) === "object" ? schemaValue(schema, () => path) : path;
  const items = asObject(schema["items"]);
  if (!items || typeOf(items) !== "object") return [path];
  return [schemaValue(items, (name) => PATH_REGEXP.test(name) ? path : undefined)];
}
