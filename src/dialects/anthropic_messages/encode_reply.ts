import type { JsonObject, Usage } from "../../core/mod.ts";
import type { TurnEvent } from "../../gemini/mod.ts";
import type { EncodeInput } from "../contract.ts";
import { nativeFinish } from "../shared_fields.ts";
import { BlockMachine, type BlockSink, type Stop } from "./block_machine.ts";
import type { MessagesContext } from "./messages_context.ts";

/** The whole message: the same blocks that the stream opens and closes. */
export function encodeReply(events: readonly TurnEvent[], input: EncodeInput<MessagesContext>): JsonObject {
  const collector = new BlockCollector();
  const machine = new BlockMachine(collector, input.context, input.source, serverToolId(input.requestId));
  for (const event of events) machine.push(event);
  return collector.message(messageId(input.requestId), input.context.model);
}

class BlockCollector implements BlockSink {
  readonly #blocks: JsonObject[] = [];
  #text = "";
  #signature = "";
  #citations: JsonObject[] = [];
  #kind: "text" | "thinking" = "text";
  #stop: Stop = { reason: "end_turn", details: null };
  #usage: Usage | undefined;
  #searches = 0;

  begin(): void {}

  openText(): void {
    this.#start("text");
  }

  openThinking(): void {
    this.#start("thinking");
  }

  #start(kind: "text" | "thinking"): void {
    this.#kind = kind;
    this.#text = "";
    this.#signature = "";
    this.#citations = [];
  }

  text(_index: number, text: string): void {
    this.#text += text;
  }

  thinking(_index: number, text: string): void {
    this.#text += text;
  }

  sign(_index: number, signature: string): void {
    this.#signature = signature;
  }

  cite(_index: number, citation: JsonObject): void {
    this.#citations.push(citation);
  }

  close(): void {
    this.#blocks.push(
      this.#kind === "text"
        ? { type: "text", text: this.#text, citations: this.#citations.length === 0 ? null : this.#citations }
        : { type: "thinking", thinking: this.#text, signature: this.#signature },
    );
  }

  tool(_index: number, type: string, id: string, name: string, input: object): void {
    this.#blocks.push({ type, id, name, input: input as JsonObject, caller: { type: "direct" } });
  }

  whole(_index: number, block: object): void {
    this.#blocks.push(block as JsonObject);
  }

  end(stop: Stop, usage: Usage | undefined, searches: number): void {
    this.#stop = stop;
    this.#usage = usage;
    this.#searches = searches;
  }

  /** The relay turns a broken turn into a failure before it asks for a reply; what was received stays usable. */
  broken(): void {}

  message(id: string, model: string): JsonObject {
    return {
      id,
      type: "message",
      role: "assistant",
      model,
      content: this.#blocks,
      stop_reason: this.#stop.reason,
      stop_sequence: null,
      stop_details: this.#stop.details,
      ...nativeFinish(this.#stop.finish?.reason),
      container: null,
      diagnostics: null,
      usage: messageUsage(this.#usage, this.#searches) as unknown as JsonObject,
    };
  }
}

interface MessagesUsage {
  readonly input_tokens: number;
  readonly cache_creation_input_tokens: number;
  readonly cache_read_input_tokens: number;
  readonly output_tokens: number;
  readonly output_tokens_details: { readonly thinking_tokens: number } | null;
  readonly server_tool_use:
    | { readonly web_search_requests: number; readonly web_fetch_requests: number }
    | null;
}

/** Gemini's counts in Anthropic's words: input excludes what was read from the cache, output includes thinking. */
export function messagesUsage(usage: Usage | undefined, searches: number): MessagesUsage {
  const cached = usage?.cachedTokens ?? 0;
  return {
    input_tokens: Math.max(0, (usage?.promptTokens ?? 0) - cached + (usage?.toolUseTokens ?? 0)),
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: cached,
    output_tokens: (usage?.candidatesTokens ?? 0) + (usage?.thoughtsTokens ?? 0),
    output_tokens_details: usage === undefined ? null : { thinking_tokens: usage.thoughtsTokens },
    server_tool_use: searches === 0 ? null : { web_search_requests: searches, web_fetch_requests: 0 },
  };
}

/** Usage as a whole message carries it. */
export function messageUsage(usage: Usage | undefined, searches: number) {
  return {
    ...messagesUsage(usage, searches),
    cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
    service_tier: usage?.serviceTier === "priority" ? "priority" as const : "standard" as const,
    inference_geo: null,
    speed: null,
  };
}

/** A message's id, made from the request's, so that stream and reply agree. */
export function messageId(requestId: string): string {
  return `msg_${bare(requestId)}`;
}

/** The start of the ids of Google's own tool calls in this message. */
export function serverToolId(requestId: string): string {
  return `srvtoolu_${bare(requestId)}_`;
}

function bare(requestId: string): string {
  return requestId.replace(/^req_/, "").replace(/[^A-Za-z0-9_-]/g, "");
}
