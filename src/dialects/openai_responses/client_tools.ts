import { isObject, type Json, type JsonObject } from "../../core/mod.ts";

/** A tool that OpenAI defines and the client runs: how it is declared to Gemini, and how its calls are named. */
export interface OwnTool {
  readonly name: string;
  readonly description: string;
  readonly schema: JsonObject;
  /** Converts the function's arguments to the fields of a call's item. */
  readonly fields: (args: JsonObject) => JsonObject;
  /** Converts an item of the history to the function's arguments. */
  readonly args: (item: Record<string, unknown>) => unknown;
}

const text = (description: string): JsonObject => ({ type: "string", description });
const listed = (description: string): JsonObject => ({
  type: "array",
  items: { type: "string" },
  description,
});

function texts(value: Json | undefined): Json[] {
  if (Array.isArray(value)) return value.map(String);
  return typeof value === "string" ? [value] : [];
}

const SHELL: OwnTool = {
  name: "shell",
  description: "Runs shell commands, one after another, and gives the output of each.",
  schema: {
    type: "object",
    properties: {
      commands: listed("The commands to run."),
      timeout_ms: { type: "integer", description: "Longest time to wait, in milliseconds." },
      max_output_length: { type: "integer", description: "Most characters of output." },
    },
    required: ["commands"],
  },
  fields: ({ commands, timeout_ms, max_output_length }) => ({
    action: {
      commands: texts(commands),
      timeout_ms: timeout_ms ?? null,
      max_output_length: max_output_length ?? null,
    },
    environment: null,
  }),
  args: (item) => item["action"] ?? {},
};

const LOCAL_SHELL: OwnTool = {
  name: "local_shell",
  description: "Runs one command on the user's machine, without a shell around it.",
  schema: {
    type: "object",
    properties: {
      command: listed("The program and its arguments."),
      working_directory: text("Where to run it."),
      timeout_ms: { type: "integer", description: "Longest time to wait, in milliseconds." },
    },
    required: ["command"],
  },
  fields: ({ command, working_directory, timeout_ms, env }) => ({
    action: {
      type: "exec",
      command: texts(command),
      env: isObject(env) ? env : {},
      ...(typeof working_directory === "string" ? { working_directory } : {}),
      ...(typeof timeout_ms === "number" ? { timeout_ms } : {}),
    },
  }),
  args: (item) => item["action"] ?? {},
};

const APPLY_PATCH: OwnTool = {
  name: "apply_patch",
  description: "Creates, changes or deletes one file by a diff in the V4A format.",
  schema: {
    type: "object",
    properties: {
      type: { type: "string", enum: ["create_file", "update_file", "delete_file"] },
      path: text("The file, relative to the workspace."),
      diff: text("The diff; not needed to delete a file."),
    },
    required: ["type", "path"],
  },
  fields: ({ type, path, diff }) => ({
    operation: {
      type: type ?? "update_file",
      path: path ?? "",
      ...(type === "delete_file" ? {} : { diff: diff ?? "" }),
    },
  }),
  args: (item) => item["operation"] ?? {},
};

const TOOL_SEARCH: OwnTool = {
  name: "tool_search",
  description:
    "Finds tools that are not listed here, by what they do. The tools it finds can be called in the next turn.",
  schema: {
    type: "object",
    properties: {
      query: text("What the tool should do."),
      limit: { type: "integer", description: "Most tools to find." },
    },
    required: ["query"],
  },
  fields: (args) => ({ execution: "client", arguments: args }),
  args: (item) => item["arguments"] ?? {},
};

/** By the type of the tool; its calls are items of that type and `_call`. */
const OWN: ReadonlyMap<string, OwnTool> = new Map(
  [SHELL, LOCAL_SHELL, APPLY_PATCH, TOOL_SEARCH].map((tool) => [tool.name, tool]),
);

export function ownTool(type: unknown): OwnTool | undefined {
  return typeof type === "string" ? OWN.get(type) : undefined;
}

/** Output of a shell, command by command, as a model reads it. */
export function shellOutput(output: readonly unknown[]): string | undefined {
  if (!output.every((entry) => isObject(entry) && ("stdout" in entry || "stderr" in entry))) return undefined;
  return output.filter(isObject).map((entry) => {
    const outcome = isObject(entry["outcome"]) ? entry["outcome"] : {};
    const exit = outcome["type"] === "timeout" ? "timed out" : `exit code ${outcome["exit_code"] ?? 0}`;
    return [entry["stdout"], entry["stderr"], `(${exit})`]
      .filter((line) => typeof line === "string" && line !== "").join("\n");
  }).join("\n");
}
