/** Collects an Anthropic event stream the way its SDK does, and checks the order of events while doing so. */
import assert from "node:assert/strict";

type Json = Record<string, unknown>;

export interface AnthropicEvent {
  readonly event: string;
  readonly data: Json;
}

export function parseFrames(text: string): AnthropicEvent[] {
  return text.split("\n\n").filter((frame) => frame !== "" && !frame.startsWith(":")).map((frame) => {
    const match = /^event: (.+)\ndata: (.+)$/.exec(frame);
    assert.ok(match, `A frame of another form: ${frame}`);
    const data = JSON.parse(match[2] as string) as Json;
    assert.equal(data.type, match[1]);
    return { event: match[1] as string, data };
  });
}

/** The message that the events make; asserts that blocks open, close and count as they must. */
export function collectMessage(events: readonly AnthropicEvent[]): Json {
  const [first, ...rest] = events.filter(({ event }) => event !== "ping");
  assert.equal(first?.event, "message_start");
  const message = structuredClone(first?.data.message) as Json & { content: Json[]; usage: Json };
  let open: (Json & { json?: string }) | undefined;
  let ended = false;
  for (const { event, data } of rest) {
    assert.ok(!ended, `${event} after message_stop`);
    if (event === "content_block_start") {
      assert.equal(open, undefined, "a block was opened inside another");
      assert.equal(data.index, message.content.length);
      open = { ...(data.content_block as Json), json: "" };
    } else if (event === "content_block_delta") addDelta(open, data);
    else if (event === "content_block_stop") {
      assert.equal(data.index, message.content.length);
      message.content.push(closeBlock(open as Json));
      open = undefined;
    } else if (event === "message_delta") {
      Object.assign(message, data.delta);
      Object.assign(message.usage, data.usage);
    } else {
      assert.equal(event, "message_stop");
      ended = true;
    }
  }
  assert.ok(ended, "no message_stop");
  return message;
}

function addDelta(open: (Json & { json?: string }) | undefined, data: Json): void {
  assert.ok(open, "a delta outside a block");
  const delta = data.delta as Json;
  if (delta.type === "text_delta") open.text = `${open.text}${delta.text}`;
  else if (delta.type === "thinking_delta") open.thinking = `${open.thinking}${delta.thinking}`;
  else if (delta.type === "signature_delta") open.signature = delta.signature;
  else if (delta.type === "input_json_delta") open.json = `${open.json}${delta.partial_json}`;
  else if (delta.type === "citations_delta") {
    open.citations = [...(open.citations as Json[] | null ?? []), delta.citation as Json];
  } else assert.fail(`unknown delta ${delta.type}`);
}

function closeBlock(open: Json & { json?: string }): Json {
  const { json, ...block } = open;
  if (json !== undefined && json !== "") block.input = JSON.parse(json);
  return block;
}
