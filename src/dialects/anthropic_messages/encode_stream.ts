import type { Failure, JsonObject, Usage } from "../../core/mod.ts";
import type { TurnEvent } from "../../gemini/mod.ts";
import type { EncodeInput, StreamEncoder } from "../contract.ts";
import { jsonText, nativeFinish } from "../shared_fields.ts";
import { BlockMachine, type BlockSink, type Stop } from "./block_machine.ts";
import { errorFrame, errorObject } from "./encode_failure.ts";
import { messageId, messagesUsage, messageUsage, serverToolId } from "./encode_reply.ts";
import type { MessagesContext } from "./messages_context.ts";

const PING = 'event: ping\ndata: {"type": "ping"}\n\n';

/** Anthropic's event stream: message_start, ping, blocks with their deltas, message_delta, message_stop. */
export function encodeStream(input: EncodeInput<MessagesContext>): StreamEncoder {
  const writer = new BlockWriter(input);
  const machine = new BlockMachine(writer, input.context, input.source, serverToolId(input.requestId));
  return {
    push(event: TurnEvent): string {
      machine.push(event);
      return writer.take();
    },
    fail: (failure: Failure) => errorFrame(errorObject(failure)),
    heartbeat: () => PING,
  };
}

/** Writes frames by joining texts; only what varies goes through JSON.stringify. */
class BlockWriter implements BlockSink {
  #out = "";

  constructor(readonly input: EncodeInput<MessagesContext>) {}

  take(): string {
    const out = this.#out;
    this.#out = "";
    return out;
  }

  begin(usage: Usage | undefined): void {
    const message = {
      id: messageId(this.input.requestId),
      type: "message",
      role: "assistant",
      model: this.input.context.model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      stop_details: null,
      container: null,
      diagnostics: null,
      usage: { ...messageUsage(usage, 0), output_tokens: 0, output_tokens_details: null },
    };
    this.#out += `event: message_start\ndata: {"type":"message_start","message":${
      jsonText(message)
    }}\n\n${PING}`;
  }

  openText(index: number): void {
    this.#start(index, '{"type":"text","text":"","citations":null}');
  }

  openThinking(index: number): void {
    this.#start(index, '{"type":"thinking","thinking":"","signature":""}');
  }

  text(index: number, text: string): void {
    this.#delta(index, "text_delta", "text", text);
  }

  thinking(index: number, text: string): void {
    this.#delta(index, "thinking_delta", "thinking", text);
  }

  sign(index: number, signature: string): void {
    this.#delta(index, "signature_delta", "signature", signature);
  }

  cite(index: number, citation: JsonObject): void {
    this.#out +=
      `event: content_block_delta\ndata: {"type":"content_block_delta","index":${index},"delta":{"type":"citations_delta","citation":${
        jsonText(citation)
      }}}\n\n`;
  }

  tool(index: number, type: string, id: string, name: string, input: object): void {
    const head = `"id":${jsonText(id)},"name":${jsonText(name)},"input":{},"caller":{"type":"direct"}`;
    this.#start(index, `{"type":"${type}",${head}}`);
    const json = JSON.stringify(input);
    this.#delta(index, "input_json_delta", "partial_json", "");
    if (json !== "{}") this.#delta(index, "input_json_delta", "partial_json", json);
    this.close(index);
  }

  whole(index: number, block: object): void {
    this.#start(index, jsonText(block));
    this.close(index);
  }

  close(index: number): void {
    this.#out += `event: content_block_stop\ndata: {"type":"content_block_stop","index":${index}}\n\n`;
  }

  end(stop: Stop, usage: Usage | undefined, searches: number): void {
    const delta = {
      stop_reason: stop.reason,
      stop_sequence: null,
      stop_details: stop.details,
      container: null,
      ...nativeFinish(stop.finish?.reason),
    };
    const counts = messagesUsage(usage, searches);
    this.#out += `event: message_delta\ndata: {"type":"message_delta","delta":${jsonText(delta)},"usage":${
      jsonText(counts)
    }}\n\nevent: message_stop\ndata: {"type":"message_stop"}\n\n`;
  }

  broken(message: string): void {
    this.#out += errorFrame({ type: "api_error", message });
  }

  #start(index: number, block: string): void {
    this.#out +=
      `event: content_block_start\ndata: {"type":"content_block_start","index":${index},"content_block":${block}}\n\n`;
  }

  #delta(index: number, type: string, field: string, value: string): void {
    this.#out +=
      `event: content_block_delta\ndata: {"type":"content_block_delta","index":${index},"delta":{"type":"${type}","${field}":${
        jsonText(value)
      }}}\n\n`;
  }
}
