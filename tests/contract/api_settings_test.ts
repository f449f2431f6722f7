import assert from "node:assert/strict";
import { createGeminitro, type Geminitro } from "../../src/composition/mod.ts";
import { LIVE_VARIABLES, readEnvFile, SETTINGS_TABLE } from "../../src/config/mod.ts";
import { randomId, systemClock } from "../support/store_ports.ts";
import { removeFolder } from "../support/remove_folder.ts";

const TOKEN = "an-owner-token-of-the-test";
const HOOK = "https://hooks.example/services/a-secret-of-the-webhook";

interface Bench {
  readonly envFile: string;
  /** A process on the database and the file; `extra` is what it was started with beside the file. */
  start(extra?: Readonly<Record<string, string>>): Promise<Geminitro>;
  ask(
    proxy: Geminitro,
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; text: string; id: string | null }>;
  /** Addresses that were asked from within. */
  readonly asked: string[];
}

async function withBench(file: string, run: (bench: Bench) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  const envFile = `${folder}/.env`;
  await Deno.writeTextFile(envFile, file);
  const kv = await Deno.openKv(":memory:");
  const open: Geminitro[] = [];
  const asked: string[] = [];
  const bench: Bench = {
    envFile,
    asked,
    async start(extra = {}) {
      const proxy = await createGeminitro({
        kv,
        envFile,
        env: {
          ...await readEnvFile(envFile),
          GEMINITRO_KV: ":memory:",
          GEMINITRO_MASTER_KEY: "a passphrase of the test",
          PROXY_API_KEY: TOKEN,
          ...extra,
        },
        print: () => {},
        ports: {
          clock: systemClock,
          random: Math.random,
          newId: randomId,
          fetch: (input) => {
            asked.push(new Request(input).url);
            return Promise.resolve(new Response("ok"));
          },
        },
      });
      open.push(proxy);
      return proxy;
    },
    async ask(proxy, method, path, body) {
      const response = await proxy.fetch(
        new Request(`http://127.0.0.1:7536${path}`, {
          method,
          headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        }),
      );
      const text = await response.text();
      assert.ok(!text.includes("a-secret-of-the-webhook"), "no secret in a reply");
      return { status: response.status, text, id: response.headers.get("x-request-id") };
    },
  };
  try {
    await run(bench);
  } finally {
    for (const proxy of open) await proxy.close();
    kv.close();
    await removeFolder(folder);
  }
}

async function until(what: () => Promise<boolean> | boolean): Promise<void> {
  for (let tries = 0; tries < 2_000; tries++) {
    if (await what()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error("It did not come to pass");
}

const row = async ({ client }: Geminitro, variable: string) =>
  (await client.settings()).table.find((one) => one.variable === variable);

/** Asks for a model that nobody has; gives the kept question, or undefined. */
async function keptQuestion({ ask }: Bench, proxy: Geminitro): Promise<unknown> {
  const messages = [{ role: "user", content: "a question of the test" }];
  const { id } = await ask(proxy, "POST", "/v1/chat/completions", { model: "no-such-model", messages });
  await proxy.services.ledger.flush();
  return JSON.parse((await ask(proxy, "GET", `/api/requests/${id}`)).text).bodies?.request.text;
}

const keeps = (bench: Bench, proxy: Geminitro) =>
  until(async () => await keptQuestion(bench, proxy) !== undefined);

Deno.test("every setting is told with its meaning, its default and whether a change holds at once", () =>
  withBench("PORT=7536\n", async ({ start }) => {
    const proxy = await start();
    const { table } = await proxy.client.settings();
    const named = SETTINGS_TABLE.filter(({ variable }) => !variable.includes("<"));
    assert.deepEqual(table.map(({ variable }) => variable), named.map(({ variable }) => variable));
    assert.deepEqual(
      table.filter(({ applies }) => applies === "now").map(({ variable }) => variable).filter((name) =>
        name !== "PROXY_API_KEY"
      ),
      LIVE_VARIABLES,
    );
    for (const { doc, allowed } of table) assert.ok(doc !== "" && allowed !== "");
    assert.equal((await row(proxy, "PROXY_API_KEY"))?.value, "set");
  }));

Deno.test("LOG_BODIES, the webhook and other bounds hold at once in every process, and are undone", () =>
  withBench("# mine\nLOG_LEVEL=warn\nexport MAX_BODY_BYTES=5000 # bytes\n", async (bench) => {
    const { start, ask, asked, envFile } = bench;
    const [one, other] = [await start(), await start()];
    assert.equal(await keptQuestion(bench, one), undefined);
    const changed = await one.client.changeSettings({
      variables: { LOG_BODIES: "true", ALERT_WEBHOOK_URL: HOOK, MAX_BODY_BYTES: "20", LOG_LEVEL: null },
    });
    assert.equal(
      await Deno.readTextFile(envFile),
      `# mine\nMAX_BODY_BYTES=20\nLOG_BODIES=true\nALERT_WEBHOOK_URL=${HOOK}\n`,
    );
    for (const proxy of [one, other]) {
      const question = { model: "a", messages: [] };
      await until(async () => (await ask(proxy, "POST", "/v1/chat/completions", question)).status === 413);
      assert.equal((await proxy.client.testAlert()).ok, true);
    }
    assert.deepEqual(asked, [HOOK, HOOK]);
    assert.deepEqual(await row(one, "ALERT_WEBHOOK_URL").then((found) => [found?.value, found?.origin]), [
      "set",
      ".env",
    ]);
    await one.client.changeSettings({ variables: { MAX_BODY_BYTES: null } });
    await keeps(bench, one);
    const undone = await one.client.changeSettings({ undo: changed.undo ?? "" });
    assert.equal(await keptQuestion(bench, one), undefined);
    assert.equal((await one.client.testAlert()).ok, false);
    assert.deepEqual(await Deno.readTextFile(envFile), "# mine\nMAX_BODY_BYTES=5000\nLOG_LEVEL=warn\n");
    await one.client.changeSettings({ undo: undone.undo ?? "" });
    await keeps(bench, one);
    await assert.rejects(one.client.changeSettings({ undo: undone.undo ?? "" }), /cannot be undone/);
  }));

Deno.test("what holds from the next start says so until then, and what is in force stays in force", () =>
  withBench("ROTATION_MODE=balanced\n", async ({ start, envFile }) => {
    const proxy = await start();
    await proxy.client.changeSettings({
      variables: { ROTATION_MODE: "sequential", LOG_FILE: "/tmp/it's here" },
    });
    const told = await row(proxy, "ROTATION_MODE");
    assert.deepEqual([told?.value, told?.next], ["balanced", "sequential"]);
    assert.match(await Deno.readTextFile(envFile), /^LOG_FILE="\/tmp\/it's here"$/m);
    await proxy.client.changeSettings({ variables: { LOG_FILE: null } });
    const again = await start();
    const held = await row(again, "ROTATION_MODE");
    assert.deepEqual([held?.value, held?.next], ["sequential", undefined]);
  }));

Deno.test("what cannot be written is refused with the reason and the field, and nothing is written", () =>
  withBench("PORT=7536\n", async ({ start, ask, envFile }) => {
    const proxy = await start({ LOG_FORMAT: "json" });
    const cases: readonly (readonly [Record<string, string | null>, number, RegExp])[] = [
      [{ QUEUE_MAX_LENGTH: "many" }, 422, /QUEUE_MAX_LENGTH.*whole number/],
      [{ LOG_BODIES: "true", PORT: "99999" }, 422, /PORT.*between 0 and 65535/],
      [{ HOST: "0.0.0.0", LOG_FILE: "x\nPROXY_API_KEY=mine" }, 409, /cannot be written|several lines/],
      [{ NO_SUCH: "1" }, 422, /no setting NO_SUCH/],
      [{ LOG_FORMAT: "human" }, 409, /environment of the server/],
      [{ PROXY_API_KEY: "a-new-token-of-the-owner" }, 409, /Owner's token/],
      [{ GEMINITRO_MASTER_KEY: "a new passphrase" }, 409, /master-key change/],
      [{ GEMINITRO_KV: null }, 409, /Another database/],
    ];
    for (const [variables, status, says] of cases) {
      const answer = await ask(proxy, "POST", "/api/settings", { variables });
      assert.equal(answer.status, status, answer.text);
      assert.match(answer.text, says);
    }
    assert.equal(await Deno.readTextFile(envFile), "PORT=7536\n");
  }));
