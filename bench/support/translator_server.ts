/**
 * A translator with no pool and no record: OpenAI's chat as Gemini's own request, and its answer back. It checks nothing and keeps
 * nothing, so that what it costs is the price of translating alone.
 */
const upstream = Deno.args[0]!;
const decoder = new TextDecoder();
const encoder = new TextEncoder();

interface Chat {
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly stream?: boolean;
}
interface Turn {
  readonly candidates?: readonly {
    readonly content?: { readonly parts?: readonly { readonly text?: string }[] };
    readonly finishReason?: string;
  }[];
  readonly usageMetadata?: Readonly<Record<string, number>>;
}

const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
  const { model, messages, stream = false } = await request.json() as Chat;
  const method = stream ? "streamGenerateContent?alt=sse" : "generateContent";
  const reply = await fetch(`${upstream}/v1beta/models/${model}:${method}`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-goog-api-key": "bench" },
    body: JSON.stringify({
      contents: messages.map(({ role, content }) => ({
        role: role === "assistant" ? "model" : "user",
        parts: [{ text: content }],
      })),
    }),
  });
  if (!stream) return Response.json(wholeOf(model, await reply.json()));
  return new Response(reply.body!.pipeThrough(chunks(model)), {
    headers: { "content-type": "text/event-stream" },
  });
});
console.log(`http://127.0.0.1:${server.addr.port}`);

function textOf({ candidates }: Turn): string {
  return (candidates?.[0]?.content?.parts ?? []).map(({ text = "" }) => text).join("");
}

function finishOf({ candidates }: Turn): string | null {
  return candidates?.[0]?.finishReason === undefined ? null : "stop";
}

function wholeOf(model: string, turn: Turn) {
  const { promptTokenCount = 0, candidatesTokenCount = 0, totalTokenCount = 0 } = turn.usageMetadata ?? {};
  const message = { role: "assistant", content: textOf(turn) };
  return {
    ...headOf(model, "chat.completion"),
    choices: [{ index: 0, message, finish_reason: finishOf(turn) }],
    usage: {
      prompt_tokens: promptTokenCount,
      completion_tokens: candidatesTokenCount,
      total_tokens: totalTokenCount,
    },
  };
}

function headOf(model: string, object: string) {
  return { id: `chatcmpl-${crypto.randomUUID()}`, object, created: Math.floor(Date.now() / 1_000), model };
}

/** Events of Gemini's as chunks of OpenAI's, each as it comes. */
function chunks(model: string): TransformStream<Uint8Array, Uint8Array> {
  const head = headOf(model, "chat.completion.chunk");
  let held = "";
  return new TransformStream({
    transform(piece, controller) {
      const events = (held + decoder.decode(piece, { stream: true })).split(/\r?\n\r?\n/);
      held = events.pop() ?? "";
      for (const event of events) {
        const turn: Turn = JSON.parse(event.slice("data:".length));
        const choices = [{ index: 0, delta: { content: textOf(turn) }, finish_reason: finishOf(turn) }];
        controller.enqueue(encoder.encode(`data: ${JSON.stringify({ ...head, choices })}\n\n`));
      }
    },
    flush: (controller) => controller.enqueue(encoder.encode("data: [DONE]\n\n")),
  });
}
