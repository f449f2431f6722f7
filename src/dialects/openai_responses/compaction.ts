import type { JsonObject } from "../../core/mod.ts";
import type { PlacedItem } from "./decode_items.ts";

/** Prefix of text that this proxy encoded; the rest is UTF-8 in base64url. */
const SEAL = "gnc1.";

/** The prompt of a model where a client wants its conversation compacted. */
const INSTRUCTION =
  "Summarize this conversation for yourself, as it will be cut off here and you will go on from your summary " +
  "alone. Write what the user wants, what was decided and why, what was done and with which result, the exact names, paths, " +
  "commands and values that are still needed, and what is to be done next. Write the summary and nothing else. Call no tool.";

/** True for a request whose answer is one compaction item. */
export function asksForCompaction(items: readonly PlacedItem[]): boolean {
  return items.some(({ item }) => (item as { type?: unknown } | null)?.type === "compaction_trigger");
}

export function compactionPrompt(): { text: string } {
  return { text: INSTRUCTION };
}

/** A summary as the opaque text of a compaction item. */
function sealSummary(summary: string): string {
  let binary = "";
  for (const byte of new TextEncoder().encode(summary)) binary += String.fromCharCode(byte);
  return SEAL + btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** The summary that a compaction item holds; undefined for one that another service sealed. */
export function openSummary(item: Record<string, unknown>): string | undefined {
  const { encrypted_content: sealed, summary } = item;
  if (typeof sealed === "string" && sealed.startsWith(SEAL)) return opened(sealed.slice(SEAL.length));
  if (typeof summary === "string" && summary !== "") return summary;
  return undefined;
}

function opened(text: string): string | undefined {
  try {
    const base64 = text.replaceAll("-", "+").replaceAll("_", "/");
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

export function compactionItem(id: string, summary: string): JsonObject {
  return { id, type: "compaction", encrypted_content: sealSummary(summary) };
}
