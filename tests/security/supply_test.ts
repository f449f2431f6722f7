/** docs/security.md, "What the program is made of and may do": dependencies, permissions, releases. */
import assert from "node:assert/strict";
import { auditLock } from "../../tools/check_lock.ts";
import { COMPILE_FLAGS } from "../../tools/compile.ts";
import { PERMISSIONS } from "../../src/cli/self_command.ts";

const ROOT = new URL("../../", import.meta.url);
const read = (path: string) => Deno.readTextFile(new URL(path, ROOT));

Deno.test("every dependency comes from npm, exact and with a checksum, and no other host is named", async () => {
  assert.deepEqual(auditLock(await read("deno.json"), await read("deno.lock")), []);
});

Deno.test("the audit finds what it looks for", () => {
  const config = JSON.stringify({
    imports: { a: "npm:a@^1.0.0", b: "jsr:@b/b@1.0.0", c: "https://x.test/c.ts" },
  });
  const lock = JSON.stringify({
    version: "5",
    specifiers: { "npm:a@1": "1.0.0", "jsr:@b/b@1.0.0": "1.0.0" },
    npm: { "a@1.0.0": { tarball: "https://mirror.test/a.tgz" } },
    remote: { "https://x.test/c.ts": "0" },
  });
  const found = auditLock(config, lock).join("\n");
  for (
    const what of [
      /a is not exact/,
      /b is not from npm/,
      /c is not from npm/,
      /checksum/,
      /mirror\.test/,
      /remote/,
    ]
  ) {
    assert.match(found, what);
  }
});

/** What the gate's question for vulnerabilities comes to when the registry answers so. */
async function audited(answer: () => Response | Promise<Response>): Promise<{ code: number; said: string }> {
  const ending = new AbortController();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, signal: ending.signal, onListen: () => {} },
    async (request) => (await request.body?.cancel(), await answer()),
  );
  try {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-check", "-A", "tools/audit.ts", "5000"],
      cwd: ROOT,
      env: { NPM_CONFIG_REGISTRY: `http://127.0.0.1:${server.addr.port}`, NO_COLOR: "1" },
    }).output();
    return { code, said: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
  } finally {
    ending.abort();
    await server.finished;
  }
}

Deno.test("the gate asks for known vulnerabilities: one stops it, silence and a broken service do not", async () => {
  const advisory = {
    id: 1,
    url: "https://advisories.test/1",
    title: "Something bad",
    severity: "critical",
    vulnerable_versions: ">=0",
    cwe: [],
    cvss: { score: 9, vectorString: "" },
  };
  const bad = await audited(() => Response.json({ hono: [advisory] }));
  assert.equal(bad.code, 1, bad.said);
  assert.match(bad.said, /Something bad/);
  assert.deepEqual(await audited(() => Response.json({})), { code: 0, said: "" });
  const silent = Promise.withResolvers<Response>();
  for (const answer of [() => new Response("down", { status: 503 }), () => silent.promise]) {
    const { code, said } = await audited(answer);
    assert.equal(code, 0, said);
    assert.match(said, /skipped, because the advisory service cannot be reached/);
  }
  silent.resolve(new Response());
});

Deno.test("no source imports from an address or names a package that deno.json does not", async () => {
  const { imports } = JSON.parse(await read("deno.json")) as { imports: Record<string, string> };
  for (const folder of ["src", "routes", "islands", "components"]) {
    for await (const path of sources(new URL(`${folder}/`, ROOT))) {
      const text = await Deno.readTextFile(path);
      for (const [, from] of text.matchAll(/^\s*(?:import|export)\b[^"';]*?from\s+"([^"]+)"/gm)) {
        const known = from!.startsWith(".") || from!.startsWith("node:") ||
          Object.keys(imports).some((name) => from === name || from!.startsWith(`${name}/`));
        assert.ok(known, `${path.pathname} imports ${from}`);
      }
      assert.ok(!/\beval\(|new Function\(/.test(text), `${path.pathname} makes code of text`);
    }
  }
});

async function* sources(folder: URL): AsyncGenerator<URL> {
  for await (const entry of Deno.readDir(folder)) {
    if (entry.isDirectory) yield* sources(new URL(`${entry.name}/`, folder));
    else if (/\.tsx?$/.test(entry.name) && !entry.name.includes("_test.")) yield new URL(entry.name, folder);
  }
}

Deno.test("the compiled program gets the listed permissions, each with its reason, and no other", async () => {
  for (const [flag, reason] of PERMISSIONS) {
    assert.match(flag, /^--allow-(net|env|read|write|sys|run)(=|$)/);
    assert.ok(reason.length > 20, flag);
  }
  const granted = COMPILE_FLAGS.filter((flag) => /^--allow|^-A$|^--unsafely/.test(flag));
  assert.deepEqual(granted, PERMISSIONS.map(([flag]) => flag));
  const { tasks } = JSON.parse(await read("deno.json")) as { tasks: Record<string, { command?: string }> };
  for (const task of ["start", "demo", "geminitro", "dev:server"]) {
    const flags = tasks[task]!.command!.match(/--allow-\S+|\s-A\b/g) ?? [];
    const allowed = PERMISSIONS.map(([flag]) => flag.split("=")[0]);
    for (const flag of flags) assert.ok(allowed.includes(flag), `${task} runs with ${flag}`);
  }
});

Deno.test("the release's workflow signs, attests and names checksums", async () => {
  const workflow = await read(".github/workflows/release.yml");
  for (
    const what of [
      "attest-build-provenance",
      "id-token: write",
      "release.json.sig",
      "SHA256SUMS",
      "RELEASE_SIGNING_KEY",
      "deno task release",
      "npm publish",
      "push-to-registry",
    ]
  ) {
    assert.ok(workflow.includes(what), what);
  }
  for (const [, action, version] of workflow.matchAll(/uses: (\S+)@(\S+)/g)) {
    assert.match(version!, /^v\d+$|^[0-9a-f]{40}$/, action!);
  }
});
