import assert from "node:assert/strict";
import { createGeminitro } from "../../src/composition/mod.ts";
import { systemPorts } from "../../src/system/mod.ts";
import { TOKEN } from "./calls.ts";
Deno.test("a host that refuses permission without a reason gives way to the other once", async () => {
  const asked: string[] = [];
  const proxy = await createGeminitro({
    env: {
      GEMINITRO_KV: ":memory:",
      GEMINITRO_HOME: "/nonexistent/x",
      PROXY_API_KEY: TOKEN,
      OAUTH_CLIENT_ID: "1-x.apps.googleusercontent.com",
      OAUTH_CLIENT_SECRET: "s",
      ANTIGRAVITY_VERSION_URL: "off",
      ANTIGRAVITY_URLS: "https://daily.test,https://prod.test",
    },
    print: () => {},
    ports: {
      ...systemPorts(),
      fetch: (input) => {
        const { host } = new URL(input instanceof Request ? input.url : String(input));
        asked.push(host);
        return Promise.resolve(
          host === "daily.test"
            ? Response.json({
              error: {
                code: 403,
                message: "The caller does not have permission",
                status: "PERMISSION_DENIED",
              },
            }, { status: 403 })
            : Response.json({
              response: {
                candidates: [{
                  content: { role: "model", parts: [{ text: "Hello" }] },
                  finishReason: "STOP",
                }],
              },
            }),
        );
      },
    },
  });
  await proxy.services.store.credentials.add({
    source: "antigravity",
    email: "a@example.com",
    refreshToken: "1//r",
    accessToken: "ya29.x",
    accessExpiresAt: Date.now() + 3.6e6,
    codeAssistProject: "p",
  });
  proxy.services.pool.replaceCredentials(await proxy.services.store.credentials.list());
  const response = await proxy.fetch(
    new Request("http://127.0.0.1/v1/chat/completions", {
      method: "POST",
      headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
      body: JSON.stringify({ model: "gemini-2.5-pro", messages: [{ role: "user", content: "Hi" }] }),
    }),
    { peer: "" },
  );
  assert.equal(response.status, 200, await response.text());
  assert.deepEqual(asked, ["daily.test", "prod.test"]);
  await proxy.close();
});
