import type { JsonObject } from "../../core/mod.ts";

/** A tool that Anthropic defines and the client runs, so that its request carries no schema. */
interface ImplicitTool {
  readonly description: string;
  readonly schema: JsonObject;
}

const EDITOR_COMMANDS = ["view", "create", "str_replace", "insert"];
const MEMORY_COMMANDS = [...EDITOR_COMMANDS, "delete", "rename"];

const text = (description: string): JsonObject => ({ type: "string", description });

function files(commands: readonly string[]): JsonObject {
  return {
    type: "object",
    properties: {
      command: { type: "string", enum: commands },
      path: text("Absolute path to a file or folder."),
      file_text: text("Content of the file to create."),
      old_str: text("Text to replace; must occur exactly once."),
      new_str: text("Text to put in its place."),
      insert_line: { type: "integer", description: "Line after which to insert; 0 is the beginning." },
      insert_text: text("Text to insert."),
      view_range: { type: "array", items: { type: "integer" }, description: "First and last line to view." },
      ...(commands.includes("rename")
        ? { old_path: text("Path to rename."), new_path: text("Its new path.") }
        : {}),
    },
    required: ["command"],
  };
}

/** Schemas as Anthropic documents them (docs.anthropic.com, bash, text editor and memory tools). */
const IMPLICIT: readonly (readonly [RegExp, ImplicitTool])[] = [
  [/^bash_/, {
    description: "Runs a command in a persistent bash session.",
    schema: {
      type: "object",
      properties: {
        command: text("The command to run."),
        restart: { type: "boolean", description: "Restarts the session." },
      },
    },
  }],
  [/^text_editor_/, { description: "Views, creates and edits files.", schema: files(EDITOR_COMMANDS) }],
  [/^memory_/, { description: "Keeps notes in files under /memories.", schema: files(MEMORY_COMMANDS) }],
];

/** The documented description and schema of a tool type, or undefined when the client does not run it. */
export function implicitTool(type: string): ImplicitTool | undefined {
  return IMPLICIT.find(([pattern]) => pattern.test(type))?.[1];
}
