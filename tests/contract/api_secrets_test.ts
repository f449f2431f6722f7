import assert from "node:assert/strict";
import type { CredentialId } from "../../src/core/mod.ts";
import { callRecord, DEAD_KEY, KEY, OTHER_KEY, OWNER_TOKEN, withApi } from "../support/api_bench.ts";

const PASSPHRASE = "marked passphrase of the export";
const REFRESH = "1//marked-refresh-token-of-nobody-000";
const PROXY_PASSWORD = "marked-proxy-password";

Deno.test("no secret is in any answer, event, log, metric, export or error", () => {
  const lines: string[] = [];
  return withApi(
    async ({ ask, client, proxy }) => {
      const { ledger } = proxy.services;
      const texts: string[] = [];
      const keep = async (response: Response) =>
        void texts.push(await response.text(), JSON.stringify([...response.headers]));
      const listening = (async () => {
        for await (const event of client.events(new AbortController().signal)) {
          texts.push(JSON.stringify(event));
        }
      })().catch(() => {});

      await keep(
        await ask("POST", "/api/keys", { body: { keys: [KEY, DEAD_KEY, KEY], label: `label of ${KEY}` } }),
      );
      await keep(
        await ask("POST", "/api/keys", {
          body: { key: OTHER_KEY, proxy: `http://u:${PROXY_PASSWORD}@proxy.test:1` },
        }),
      );
      await keep(await ask("POST", "/api/keys", { body: { key: { [KEY]: 1 } } }));
      await keep(await ask("POST", "/api/keys", { body: { key: "a", [`x ${KEY}`]: 1 } }));
      await keep(
        await ask("POST", "/api/import", {
          body: {
            files: { "keys.json": [{ source: "antigravity", email: "a@b.example", refreshToken: REFRESH }] },
          },
        }),
      );
      const { token } = await client.addClient({ name: "ci" });
      await keep(await ask("POST", "/api/export", { body: { passphrase: PASSPHRASE } }));
      await keep(await ask("GET", `/api/keys/${KEY}`));
      await keep(await ask("DELETE", `/api/keys/wrong-${KEY}`));
      await keep(
        await ask("POST", "/api/import", {
          body: { document: { format: "geminitro-export", v: 1, secrets: {} }, passphrase: PASSPHRASE },
        }),
      );
      ledger.record(callRecord(1, {
        outcome: "failed",
        failure: "unknown",
        status: 500,
        message: `Google said: key ${KEY} and Bearer ${OTHER_KEY}`,
        modelAsked: `models/${KEY}`,
        warnings: [`saw ?key=${OTHER_KEY}`],
        attempts: [{
          ...callRecord(1).attempts[0]!,
          credential: "cred_y" as CredentialId,
          failure: "unknown",
          message: `refused ${KEY}`,
          note: `because of ${OTHER_KEY}`,
        }],
      }));
      ledger.log("error", "pool", `trouble with ${KEY}`, {
        authorization: `Bearer ${token}`,
        apiKey: KEY,
        note: OTHER_KEY,
      });
      await client.checkAllKeys();
      await ledger.flush();
      await new Promise((resolve) => setTimeout(resolve, 300));

      const document = await (await ask("GET", "/api/openapi.json")).json();
      for (const path of Object.keys(document.paths)) {
        if (path.includes("{") || path === "/api/events" || document.paths[path].get === undefined) continue;
        await keep(await ask("GET", path));
      }
      await keep(await ask("GET", "/api/requests/req_1"));
      await keep(await ask("GET", "/metrics"));
      // Closing the ledger ends the event stream.
      await ledger.close();
      await listening;
      const all = [...texts, ...lines].join("\n");
      for (
        const secret of [KEY, OTHER_KEY, DEAD_KEY, REFRESH, PASSPHRASE, PROXY_PASSWORD, token, OWNER_TOKEN]
      ) {
        assert.ok(
          !all.includes(secret),
          `a secret shows: ${all.slice(all.indexOf(secret) - 200, all.indexOf(secret) + 20)}`,
        );
      }
      assert.ok(lines.length > 0 && texts.length > 60);
    },
    {},
    (line) => void lines.push(line),
  );
});
