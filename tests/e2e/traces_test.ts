import assert from "node:assert/strict";
import { ServedProcess } from "../support/served_process.ts";
import { list, until } from "./calls.ts";

interface Span {
  readonly name: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly attributes: readonly { readonly key: string; readonly value: Record<string, unknown> }[];
}

Deno.test("with OTEL_DENO a call and its attempts are spans by the conventions for generative AI", async () => {
  const spans: Span[] = [];
  let raw = "";
  const collector = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    const text = await request.text();
    raw += text;
    if (!request.url.endsWith("/v1/traces")) return new Response("{}");
    for (const resource of list(JSON.parse(text).resourceSpans)) {
      for (const scope of list(resource["scopeSpans"])) {
        spans.push(...list(scope["spans"]) as unknown as Span[]);
      }
    }
    return Response.json({});
  });
  try {
    await using served = await ServedProcess.open({
      env: {
        OTEL_DENO: "true",
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector.addr.port}`,
        OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
        OTEL_BSP_SCHEDULE_DELAY: "200",
      },
    });
    await until(async () => (await served.ask("a secret of mine")).status === 200, 20_000);
    // Gemini's own clients may put the token into the address, which the platform writes into a span of its own.
    const listed = await fetch(`${served.url}/v1beta/models?key=geminitro&pageSize=1`);
    assert.equal(listed.status, 200, await listed.text());
    const named = (kind: string) =>
      spans.filter(({ attributes }) => attributes.some(({ key }) => key === kind));
    await until(
      () => named("geminitro.request.id").length > 0 && named("geminitro.bucket").length > 0,
      20_000,
    );
    const addressed = () =>
      named("url.full").filter(({ attributes }) =>
        JSON.stringify(attributes).includes(`${served.url}/v1beta/models`)
      );
    await until(() => addressed().length > 0, 20_000);
    const [attempt] = named("geminitro.bucket");
    const call = named("geminitro.request.id").find(({ spanId }) => spanId === attempt?.parentSpanId);
    assert.ok(call !== undefined, "an attempt lies in its call");
    const value = (key: string) => call.attributes.find((one) => one.key === key)?.value;
    assert.deepEqual(value("gen_ai.operation.name"), { stringValue: "chat" });
    assert.deepEqual(value("gen_ai.request.model"), { stringValue: "gemini-2.5-flash" });
    assert.ok(Number(Object.values(value("gen_ai.usage.output_tokens") ?? {})[0]) > 0);
    assert.doesNotMatch(raw, /a secret of mine|AIza|[?&]key=|pageSize/);
  } finally {
    await collector.shutdown();
  }
});
