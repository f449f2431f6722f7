import assert from "node:assert/strict";
import { join } from "node:path";
import { createGeminitro, serve } from "../../src/composition/mod.ts";
import { SAMPLE_ACCOUNTS, sampleEmail } from "../../src/sim/mod.ts";
import { CliHome, readUntil } from "../cli/cli_process.ts";
import { TOKEN } from "./oauth_proxy_fixture.ts";

/** Where each account stands once it was asked for a turn. */
const STATES: Readonly<Record<string, string>> = {
  "ready": "ready",
  "spare": "ready",
  "used-up": "ready",
  "new": "ready",
  "no-set-up": "needs_set_up",
  "no-project": "needs_set_up",
  "project-off": "needs_set_up",
  "signed-out": "needs_sign_in",
  "verify": "needs_verification",
  "verify-later": "needs_verification",
  "banned": "refused",
  "no-licence": "refused",
  "place": "refused",
  "busy": "ready",
  "silent": "ready",
  "odd-token": "needs_sign_in",
};

interface Account {
  readonly id: string;
  readonly email: string;
  readonly state: string;
  readonly reason?: string;
  readonly remedy?: string;
}

Deno.test("sim plays an account in each state: all are taken over, each shows its own, every call is served", async () => {
  await using cli = await CliHome.open();
  const file = join(cli.folder, "accounts.json");
  const child = cli.spawn(["sim", "--accounts", file, "--json"]);
  const reader = child.stdout.getReader();
  const { settings } = JSON.parse(await readUntil(reader, /\n/));
  if (Deno.build.os !== "windows") assert.equal((await Deno.stat(file)).mode! & 0o777, 0o600);
  const proxy = await createGeminitro({
    env: {
      ...settings,
      GEMINITRO_KV: ":memory:",
      GEMINITRO_HOME: cli.home,
      PROXY_API_KEY: TOKEN,
      QUEUE_MAX_WAIT: "0",
    },
    print: () => {},
  });
  const serving = await serve(proxy, { host: "127.0.0.1", port: 0 });
  const ask = async (method: string, path: string, body?: unknown) => {
    const reply = await fetch(serving.url + path, {
      method,
      headers: { "authorization": `Bearer ${TOKEN}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: reply.status, body: await reply.json() };
  };
  try {
    const taken = await ask("POST", "/api/keys/import", {
      text: await Deno.readTextFile(file),
      confirmed: true,
    });
    assert.equal(taken.body.added.length, Object.keys(SAMPLE_ACCOUNTS).length, JSON.stringify(taken.body));
    const accounts = (): Promise<readonly Account[]> =>
      ask("GET", "/api/accounts").then(({ body }) => body.accounts);
    for (const [index, { id, email }] of (await accounts()).entries()) {
      await ask("PATCH", `/api/keys/${id}`, { priority: 100 + index });
      const turn = await ask("POST", "/v1/chat/completions", {
        model: "gemini-2.5-pro",
        messages: [{ role: "user", content: `Hello ${email}` }],
      });
      assert.equal(turn.status, 200, `${email}: ${JSON.stringify(turn.body)}`);
    }
    const shown = await accounts();
    for (const [name, state] of Object.entries(STATES)) {
      const account = shown.find(({ email }) => email === sampleEmail(name));
      assert.equal(account?.state, state, JSON.stringify(account));
      if (state !== "ready") assert.ok(account?.reason && account.remedy, JSON.stringify(account));
    }
    assert.equal(shown.length, Object.keys(STATES).length);
  } finally {
    await serving.stop(200);
    child.kill("SIGTERM");
    reader.releaseLock();
    await child.stdout.cancel();
    await child.stderr.cancel();
    await child.stdin.close();
    await child.status;
  }
});
