/** The bare pass-through that everything is measured against: fetch, and hand the body on. */
const upstream = Deno.args[0]!;
const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
  const url = new URL(request.url);
  const headers = { "content-type": "application/json", "x-goog-api-key": "bench" };
  const reply = await fetch(upstream + url.pathname + url.search, {
    method: "POST",
    headers,
    body: request.body,
  });
  return new Response(reply.body, {
    status: reply.status,
    headers: { "content-type": reply.headers.get("content-type") ?? "" },
  });
});
console.log(`http://127.0.0.1:${server.addr.port}`);
