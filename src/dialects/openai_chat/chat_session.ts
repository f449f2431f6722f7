import { isObject } from "../../core/mod.ts";
import { fnvHash } from "../../gemini/mod.ts";

/** Headers by which agents name their conversation. */
const HEADERS = ["x-session-id", "x-opencode-session", "session_id", "session-id", "x-conversation-id"];
const MAX_LENGTH = 128;
/** How much of the first text is hashed: a text of megabytes would cost more to hash than to parse and write (measured). */
const HASHED_LENGTH = 4096;

/** The conversation's name: as the client gives it, else a hash of its first user text, which stays the same as it grows. */
export function chatSession(body: Record<string, unknown>, headers: Headers): string {
  for (const name of HEADERS) {
    const value = headers.get(name);
    if (value !== null && value !== "") return value.slice(0, MAX_LENGTH);
  }
  for (const field of ["prompt_cache_key", "user"]) {
    const value = body[field];
    if (typeof value === "string" && value !== "") return value.slice(0, MAX_LENGTH);
  }
  const first = firstUserText(body["messages"]);
  return first === "" ? "" : `chat-${nameOf(first)}`;
}

function nameOf(text: string): string {
  if (text.length <= HASHED_LENGTH) return fnvHash(text);
  return `${fnvHash(text.slice(0, HASHED_LENGTH))}-${text.length.toString(36)}`;
}

function firstUserText(messages: unknown): string {
  if (!Array.isArray(messages)) return "";
  for (const message of messages) {
    if (!isObject(message) || message["role"] !== "user") continue;
    const { content } = message;
    if (typeof content === "string") return content;
    const part = Array.isArray(content)
      ? content.find((entry) => isObject(entry) && typeof entry["text"] === "string")
      : undefined;
    return isObject(part) ? String(part["text"]) : "";
  }
  return "";
}
