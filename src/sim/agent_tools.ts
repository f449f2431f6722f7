import type { Json, JsonObject } from "../core/mod.ts";
import { asObject, asText } from "./json_read.ts";
import type { PlannedCall } from "./reply_plan.ts";
import { schemaValue, typeOf, type ValueHint } from "./schema_value.ts";

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
export function readingTools(declarations: readonly JsonObject[]): readonly JsonObject[] {
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
export function readingCall(
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
