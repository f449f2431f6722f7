import assert from "node:assert/strict";
import { join } from "node:path";
import { openStore } from "../../src/store/mod.ts";
import { systemPorts } from "../../src/system/mod.ts";
import { readUntil } from "./cli_process.ts";
import { ReservedPort } from "../support/reserved_port.ts";
import { type LoginCase, withGoogle } from "./with_google.ts";

/** A sign-in that waits for its browser. */
class Login {
  readonly #child: Deno.ChildProcess;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;

  constructor({ cli, env }: LoginCase, more: readonly string[] = ["--no-browser"]) {
    this.#child = cli.spawn(["login", "antigravity", "--yes", ...more], { env });
    this.#reader = this.#child.stdout.getReader();
  }

  /** Google's page, once it waits for it. */
  async page(): Promise<URL> {
    const text = await readUntil(this.#reader, /Waiting for /);
    return new URL(/^http\S+$/m.exec(text)?.[0] ?? "");
  }

  interrupt(): void {
    this.#child.kill("SIGINT");
  }

  async end(): Promise<{ readonly code: number; readonly text: string }> {
    this.#reader.releaseLock();
    const { code } = await this.#child.status;
    const [out, warned] = await Promise.all([rest(this.#child.stdout), rest(this.#child.stderr)]);
    await this.#child.stdin.close();
    return { code, text: out + warned };
  }
}

/** What is still to be read of a stream whose beginning was read. */
async function rest(stream: ReadableStream<Uint8Array>): Promise<string> {
  return await new Blob(await Array.fromAsync(stream, (bytes) => new Uint8Array(bytes))).text();
}

/** What a browser is shown in the end. */
async function browse(page: URL): Promise<string> {
  return await (await fetch(page)).text();
}

Deno.test("login without a server ends with the account when the browser comes back, also a second time", () =>
  withGoogle(async (test) => {
    for (const word of ["Added", "Renewed"]) {
      const login = new Login(test);
      assert.match(await browse(await login.page()), /close this page/);
      const { code, text } = await login.end();
      assert.equal(code, 0, text);
      assert.match(text, new RegExp(`${word} ada@example.com; it serves from now on`));
    }
    const removed = await test.cli.good(["key", "remove", "ada@example.com"], { env: test.env });
    assert.match(removed, /Removed ada@example.com. It was signed out at Google/);
    assert.ok(!test.google.control.hasGrant("ada@example.com"));
  }));

Deno.test("login beside a running server ends when the server has finished the sign-in", () =>
  withGoogle(async (test) => {
    const started = await test.cli.good(["start", "--detach", "--host", "127.0.0.1", "--json"], {
      env: test.env,
    });
    for (const word of ["Added", "Renewed"]) {
      const login = new Login(test);
      const page = await login.page();
      assert.equal(page.searchParams.get("redirect_uri")?.includes(test.env["PORT"] ?? "?"), true, started);
      await browse(page);
      const { code, text } = await login.end();
      assert.equal(code, 0, text);
      assert.match(text, new RegExp(`${word} ada@example.com`));
    }
    await test.cli.good(["stop"], { env: test.env });
  }));

Deno.test("login says what was refused, that the time is over, and what Ctrl-C left", () =>
  withGoogle(async (test) => {
    test.google.control.consent("deny");
    const denied = new Login(test);
    await browse(await denied.page());
    const refusal = await denied.end();
    assert.equal(refusal.code, 1);
    assert.match(refusal.text, /consent was denied on Google's page; sign in again and allow the access/);

    const late = new Login(test);
    const state = (await late.page()).searchParams.get("state") ?? "";
    // Its ten minutes end now.
    const store = await openStore({
      ...systemPorts(),
      path: test.env["GEMINITRO_KV"] ?? "",
      home: test.cli.home,
      announce: false,
    });
    await store.expiring.put("oauth_progress", state, { status: "pending", until: Date.now() }, 60_000);
    await store.close();
    const over = await late.end();
    assert.equal(over.code, 1);
    assert.match(over.text, /Google's page never sent the browser back[\s\S]*--paste '<its address>'/);

    const stopped = new Login(test);
    await stopped.page();
    stopped.interrupt();
    const end = await stopped.end();
    assert.equal(end.code, 1);
    assert.match(end.text, /The sign-in was stopped, so no account was added/);
    assert.equal(await test.cli.good(["account", "list", "--json"], { env: test.env }), "[]\n");
  }));

Deno.test("login on a taken port waits on a free one, or on the one that is set", () =>
  withGoogle(async (test) => {
    using _holder = Deno.listen({ hostname: "127.0.0.1", port: Number(test.env["PORT"]) });
    using other = new ReservedPort();
    for (const set of [undefined, String(other.port)]) {
      const env = set === undefined ? test.env : { ...test.env, OAUTH_CALLBACK_PORT: set };
      const login = new Login({ ...test, env });
      const page = await login.page();
      const port = URL.parse(page.searchParams.get("redirect_uri") ?? "")?.port;
      assert.notEqual(port, test.env["PORT"]);
      if (set !== undefined) assert.equal(port, set);
      assert.match(await browse(page), /close this page/);
      const { code, text } = await login.end();
      assert.equal(code, 0, text);
    }
  }));

Deno.test("login on a taken port ends when the address was pasted elsewhere", () =>
  withGoogle(async (test) => {
    using _holder = Deno.listen({ hostname: "127.0.0.1", port: Number(test.env["PORT"]) });
    const login = new Login(test);
    const page = await login.page();
    const back = await fetch(page, { redirect: "manual" });
    await back.body?.cancel();
    const address = back.headers.get("location") ?? "";
    await test.cli.good(["login", "antigravity", "--paste", address], { env: test.env });
    const { code, text } = await login.end();
    assert.equal(code, 0, text);
    assert.match(text, /Added ada@example.com/);
  }));

Deno.test("login --headless takes the code that Google's own page shows, where the client is registered for it", () =>
  withGoogle(async (test) => {
    const refused = new Login(test, ["--headless"]);
    assert.match(await browse(await refused.page()), /redirect_uri_mismatch/);
    refused.interrupt();
    assert.equal((await refused.end()).code, 1);

    test.google.control.registerCodePages(true);
    const login = new Login(test, ["--headless"]);
    const back = await fetch(await login.page(), { redirect: "manual" });
    await back.body?.cancel();
    const shown = new URL(back.headers.get("location") ?? "");
    assert.equal(shown.origin + shown.pathname, "https://antigravity.google/oauth-callback");
    const code = shown.searchParams.get("code") ?? "";
    await test.cli.good(["login", "antigravity", "--paste", code], { env: test.env });
    const { code: exit, text } = await login.end();
    assert.equal(exit, 0, text);
    assert.match(text, /Added ada@example.com/);
  }));

Deno.test("login --import reads files and standard input, says what it left out, and its exit code tells", async () => {
  await withGoogle(async ({ cli, google, env }) => {
    const token = (email: string) => google.control.issueRefreshToken(email);
    const file = join(cli.folder, "accounts.json");
    const accounts = [
      { email: "ada@example.com", refresh_token: token("ada@example.com") },
      { email: "eve@example.com" },
    ];
    await Deno.writeTextFile(file, JSON.stringify(accounts));
    const preview = await cli.run(["login", "--import", file, "--preview"], { env });
    assert.match(preview.stdout, /Would take ada@example\.com for antigravity/);
    assert.match(preview.stdout, /Left out .*eve@example\.com: It has no refresh token/);
    const taken = await cli.run(["login", "--import", file, "--yes"], { env });
    assert.equal(taken.code, 1, "not everything was taken");
    assert.match(taken.stdout, /Added ada@example\.com/);

    const unsure = await cli.run(["login", "--import", "-", "--yes"], {
      env,
      stdin: token("bob@example.com"),
    });
    assert.equal(unsure.code, 1);
    assert.match(unsure.stderr, /choose antigravity or gemini-cli/);
    const piped = await cli.run(["login", "gemini-cli", "--import", "-", "--yes"], {
      env,
      stdin: `bob@example.com ${token("bob@example.com")}\n`,
    });
    assert.equal(piped.code, 0, piped.stdout + piped.stderr);
    assert.match(piped.stdout, /Added bob@example\.com/);
    const missing = await cli.run(["login", "--import", join(cli.folder, "none.json"), "--yes"], { env });
    assert.match(missing.stderr, /none\.json cannot be read: it is not there/);
  });
});
