import { isObject } from "../../core/mod.ts";

type Body = Record<string, unknown>;

/**
 * The tools that stand at the end of a conversation: those of the request, changed by the `tool_addition` and `tool_removal`
 * blocks of its messages in their order (beta mid-conversation-tool-changes). Gemini takes one list for the whole request.
 */
export function toolsInEffect(tools: unknown, messages: unknown): unknown {
  const changes = changesIn(messages);
  if (changes.length === 0) return tools;
  const declared = Array.isArray(tools) ? tools : [];
  const known = new Map<string, unknown>();
  const offered = new Map<string, unknown>();
  for (const tool of declared) {
    const name = nameOf(tool);
    known.set(name, tool);
    // A deferred tool is offered as well: agents that send it run its calls.
    offered.set(name, tool);
  }
  for (const { type, tool } of changes) {
    const name = nameOf(tool["definition"] ?? tool);
    if (type === "tool_removal") {
      offered.delete(name);
      continue;
    }
    const definition = isObject(tool["definition"]) ? tool["definition"] : known.get(name);
    if (definition === undefined) continue;
    known.set(name, definition);
    offered.set(name, definition);
  }
  return [...offered.values()];
}

interface Change {
  readonly type: "tool_addition" | "tool_removal";
  readonly tool: Body;
}

function changesIn(messages: unknown): readonly Change[] {
  if (!Array.isArray(messages)) return [];
  return messages.flatMap((message) => isObject(message) ? changesOf(message["content"]) : []);
}

/** A compaction block carries the changes of what it stands for. */
function changesOf(content: unknown): readonly Change[] {
  if (!Array.isArray(content)) return [];
  return content.flatMap((block): readonly Change[] => {
    if (!isObject(block)) return [];
    if (block["type"] === "compaction") return changesOf(block["tool_changes"]);
    return isToolChange(block) && isObject(block["tool"]) ? [block as unknown as Change] : [];
  });
}

export function isToolChange({ type }: Body): boolean {
  return type === "tool_addition" || type === "tool_removal";
}

function nameOf(tool: unknown): string {
  if (!isObject(tool)) return "";
  return String(tool["name"] ?? tool["tool_name"] ?? tool["type"] ?? "");
}
