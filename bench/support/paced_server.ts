/** An upstream whose streams come in chunks a fixed time apart, each with the time it was sent, to measure what a proxy adds. */
const chunks = Number(Deno.args[0] ?? 200);
const everyMs = Number(Deno.args[1] ?? 20);
const encoder = new TextEncoder();

function frame(index: number): Uint8Array<ArrayBuffer> {
  const last = index === chunks - 1 ? { finishReason: "STOP" } : {};
  const text = `<${performance.timeOrigin + performance.now()}> `;
  const chunk = {
    candidates: [{ content: { role: "model", parts: [{ text }] }, index: 0, ...last }],
    usageMetadata: { promptTokenCount: 20, candidatesTokenCount: index + 1, totalTokenCount: index + 21 },
    modelVersion: "gemini-2.5-flash",
  };
  return encoder.encode(`data: ${JSON.stringify(chunk)}\r\n\r\n`);
}

const TICK_MS = 5;

/**
 * All streams share one timer, as timers of their own would be what is measured; each keeps its place in the period, as
 * streams of real clients do not beat in time.
 */
const places = Array.from(
  { length: Math.max(1, Math.round(everyMs / TICK_MS)) },
  () => new Set<() => void>(),
);
let ticks = 0;
let opened = 0;
setInterval(() => {
  for (const step of places[ticks++ % places.length]!) step();
}, TICK_MS);

const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
  await request.arrayBuffer();
  if (!request.url.includes("streamGenerateContent")) return Response.json({ models: [] });
  const place = places[opened++ % places.length]!;
  let step: () => void;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      let index = 0;
      step = () => {
        controller.enqueue(frame(index++));
        if (index < chunks) return;
        place.delete(step);
        controller.close();
      };
      place.add(step);
    },
    cancel: () => void place.delete(step),
  });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
});
console.log(`http://127.0.0.1:${server.addr.port}`);
