import type { JsonObject } from "../core/mod.ts";
import { frameEvents } from "./emission.ts";
import type { BenchmarkReply } from "./options.ts";
import { textTokens } from "./tokens.ts";

const encoder = new TextEncoder();
const PROMPT_TOKENS = 8;

function body(text: string, tokens: number, finish: boolean): JsonObject {
  return {
    candidates: [{
      content: { parts: [{ text }], role: "model" },
      ...(finish ? { finishReason: "STOP" } : {}),
      index: 0,
    }],
    usageMetadata: {
      promptTokenCount: PROMPT_TOKENS,
      candidatesTokenCount: tokens,
      totalTokenCount: PROMPT_TOKENS + tokens,
    },
    modelVersion: "gemini-2.5-flash",
    responseId: "benchmark0000000000000",
  };
}

/** A handler that answers every generate call with bytes made once; the request is read to its end but not parsed. */
export function benchmarkHandler(reply: BenchmarkReply): (request: Request) => Promise<Response> {
  const text = reply.text ?? "Twenty four characters. ";
  const each = textTokens(text);
  const events = Array.from(
    { length: reply.chunks },
    (_, index) => body(text, each * (index + 1), index === reply.chunks - 1),
  );
  const frames = frameEvents(events, "sse").map((frame) => encoder.encode(frame));
  const whole = encoder.encode(JSON.stringify(body(text.repeat(reply.chunks), each * reply.chunks, true)));
  return async (request) => {
    await request.arrayBuffer();
    if (!request.url.includes(":streamGenerateContent")) {
      return new Response(whole, { headers: { "content-type": "application/json; charset=UTF-8" } });
    }
    let next = 0;
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        const frame = frames[next++];
        if (frame) controller.enqueue(frame);
        else controller.close();
      },
    });
    return new Response(stream, { headers: { "content-type": "text/event-stream" } });
  };
}
