/** What every way of installing the program must do: say its address, answer a chat, serve the dashboard whole. */
import assert from "node:assert/strict";

/** Reads until the address is printed; the rest of the output is drained. */
export async function readAddress(
  child: Deno.ChildProcess,
): Promise<{ url: string; said: () => string; rest: Promise<void> }> {
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`It ended: ${text}`);
    text += value;
    const url = /API\s+(http:\/\/\S+?)\/v1/.exec(text)?.[1];
    if (url === undefined) continue;
    const rest = (async () => {
      for (let more = await reader.read(); !more.done; more = await reader.read()) text += more.value;
    })();
    return { url, said: () => text, rest };
  }
}

/** Asks one chat question with the default token. */
export async function answersChat(url: string): Promise<void> {
  const reply = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: "Bearer geminitro", "content-type": "application/json" },
    body: JSON.stringify({ model: "gemini-2.5-flash", messages: [{ role: "user", content: "hello" }] }),
  });
  const body = await reply.json();
  assert.equal(reply.status, 200, JSON.stringify(body));
  assert.ok(body.choices[0].message.content.length > 0);
}

/** Fetches the page and every file that it names. */
export async function servesDashboard(url: string): Promise<void> {
  const page = await fetch(`${url}/dashboard`);
  const html = await page.text();
  assert.equal(page.status, 200, html.slice(0, 300));
  const named = [...html.matchAll(/(?:src|href)="(\/[^"#?]+\.(?:js|css|svg|png|woff2))"/g)].map((match) =>
    match[1]!
  );
  assert.ok(named.some((path) => path.endsWith(".js")) && named.some((path) => path.endsWith(".css")), html);
  for (const path of new Set(named)) {
    const file = await fetch(url + path);
    const bytes = await file.bytes();
    assert.equal(file.status, 200, path);
    assert.ok(bytes.byteLength > 0, path);
  }
}
