import { isObject } from "../../core/mod.ts";
import { wellFormed } from "../../gemini/mod.ts";
import { isStray, unknownText, warnRole } from "../unknown.ts";
import type { Conversation } from "./conversation.ts";
import { decodeAssistantContent } from "./decode_assistant_blocks.ts";
import { textPart } from "./decode_media.ts";
import { decodeUserMessage } from "./decode_user_blocks.ts";
import { isToolChange } from "./tool_changes.ts";

/** Changes with every turn and would spoil Gemini's implicit cache; it says nothing to a model. */
const BILLING_HEADER = "x-anthropic-billing-header";

/** The `system` field: a text or blocks of text, one part each. */
export function decodeSystem(system: unknown, chat: Conversation): void {
  if (system !== undefined && system !== null) {
    chat.system.push(...systemTexts(system, "system", chat).map(asPart));
  }
}

/** All messages in order; leading ones of role system go to the system instruction, later ones stay in place as user text. */
export function decodeMessages(messages: unknown, chat: Conversation): void {
  const list = chat.fields.list(messages, "messages");
  if (Array.isArray(messages) && list.length === 0) {
    chat.fields.refuse("messages", "messages must not be empty. Send at least one message.");
  }
  list.forEach((value, index) => {
    const at = `messages[${index}]`;
    if (isStray(value)) {
      return chat.add("user", textPart(unknownText(value, "Items", chat.warnings)));
    }
    const message = chat.fields.object(value, at);
    const content = message.content ?? [];
    switch (message.role) {
      case "user":
        return decodeUserMessage(content, `${at}.content`, chat);
      case "assistant":
        return decodeAssistantContent(content, `${at}.content`, chat);
      case "system":
        return addSystem(systemTexts(content, `${at}.content`, chat), chat);
      default:
        warnRole(message.role, chat.warnings);
        return decodeUserMessage(content, `${at}.content`, chat);
    }
  });
}

function addSystem(texts: readonly string[], chat: Conversation): void {
  if (chat.items.length === 0) chat.system.push(...texts.map(asPart));
  else chat.add("user", texts.flatMap((text) => textPart(`<system-reminder>\n${text}\n</system-reminder>`)));
}

function systemTexts(value: unknown, path: string, chat: Conversation): readonly string[] {
  const texts = typeof value === "string" ? [value] : chat.fields.list(value, path).map((entry, index) => {
    if (isObject(entry) && isToolChange(entry)) return "";
    if (!isObject(entry) || (entry.type !== undefined && entry.type !== "text")) {
      return unknownText(entry, "Content", chat.warnings);
    }
    const block = chat.fields.object(entry, `${path}[${index}]`);
    return chat.fields.string(block.text, `${path}[${index}].text`);
  });
  return texts.filter((text) => text !== "" && !text.startsWith(BILLING_HEADER));
}

function asPart(text: string): { text: string } {
  return { text: wellFormed(text) };
}
