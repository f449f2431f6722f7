import { isObject } from "../../core/mod.ts";
import type { DataPath } from "../contract.ts";
import { valueAt } from "../data.ts";

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** The texts of those JSON lines whose field has a value, joined. */
export function jsonLines(stdout: string, field: DataPath, value: string, text: DataPath): string {
  return stdout.split("\n").map(parsed).filter((line) => valueAt(line, field) === value)
    .map((line) => valueAt(line, text)).filter((one) => typeof one === "string").join("\n");
}

/** A field of the JSON object that an output ends with. */
export function jsonField(stdout: string, field: string): string {
  const data = parsed(stdout.slice(Math.max(0, stdout.indexOf("{"))).trim());
  return isObject(data) && typeof data[field] === "string" ? data[field] : "";
}

/** The last assistant message without tool calls, out of JSON lines of chat messages. */
export function lastAssistant(stdout: string): string {
  const last = stdout.split("\n").map(parsed).findLast((line) =>
    isObject(line) && line["role"] === "assistant" && !line["tool_calls"]
  );
  const content = valueAt(last, ["content"]);
  if (typeof content === "string") return content;
  return Array.isArray(content) ? content.map((part) => valueAt(part, ["text"]) ?? "").join("") : "";
}
