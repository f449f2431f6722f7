/** The documents are true where a machine can tell: links, cited messages, settings, endpoints, decisions. */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { SETTINGS_TABLE } from "../../src/config/mod.ts";
import { createGeminitro } from "../../src/composition/mod.ts";
import { documents } from "./documents.ts";
import { configurationDocument } from "../../tools/write_docs.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const read = (path: string) => Deno.readTextFile(join(ROOT, path));

/** Names of headings as anchors. */
function anchors(text: string): ReadonlySet<string> {
  const titles = [...text.matchAll(/^#+ (.+)$/gm)].map(([, title]) => title!);
  return new Set(titles.map((title) => title.toLowerCase().replace(/[^\w\- ]/g, "").replaceAll(" ", "-")));
}

Deno.test("every link between documents resolves, with its anchor", async () => {
  const broken: string[] = [];
  for (const path of await documents()) {
    for (const [, target] of (await read(path)).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^(https?:|mailto:)/.test(target!)) continue;
      const [file, anchor] = target!.split("#");
      const at = file === "" ? path : join(dirname(path), file!);
      const text = await read(at).catch(() => undefined);
      if (text === undefined && await Deno.stat(join(ROOT, at)).catch(() => undefined) === undefined) {
        broken.push(`${path}: ${target}`);
      } else if (anchor !== undefined && text !== undefined && !anchors(text).has(anchor)) {
        broken.push(`${path}: ${target} (anchor)`);
      }
    }
  }
  assert.deepEqual(broken, []);
});

Deno.test("docs/configuration.md is what the table of settings says", async () => {
  assert.equal(await read("docs/configuration.md"), await configurationDocument());
});

Deno.test("every setting that a document names exists", async () => {
  const known = new Set(SETTINGS_TABLE.map(({ variable }) => variable));
  // Variables of the platform, of agents, of the tests and of the release.
  const other =
    /^(DENO_|XDG_|GEMINITRO_(SHARED|RELEASE_FEED|PROJECT|WORKER)|QUOTA_GROUPS_|RELEASE_SIGNING_KEY|NO_COLOR|CLAUDE_CODE_)/;
  for (
    const path of [
      "README.md",
      "docs/troubleshooting.md",
      "docs/pool.md",
      "docs/security.md",
      "docs/dialects.md",
    ]
  ) {
    for (const [name] of (await read(path)).matchAll(/\b[A-Z][A-Z]+(?:_[A-Z]+)+\b/g)) {
      assert.ok(known.has(name) || other.test(name), `${path} names ${name}`);
    }
  }
});

async function sourceText(): Promise<string> {
  const texts: string[] = [];
  const walk = async (folder: string): Promise<void> => {
    for await (const entry of Deno.readDir(join(ROOT, folder))) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory) await walk(path);
      else if (/\.tsx?$/.test(path) && !path.includes("_test.")) texts.push(await read(path));
    }
  };
  await walk("src");
  // A sentence may be put together over two lines.
  return texts.join("\n").replaceAll(/["`] \+\s*["`]/g, "");
}

Deno.test("every message that docs/troubleshooting.md explains is in the program, in order", async () => {
  const rows = (await read("docs/troubleshooting.md")).split("\n").filter((line) => line.startsWith("| `"));
  const source = await sourceText();
  assert.ok(rows.length > 50);
  const messages = rows.map((row) => [...row.split("|")[1]!.matchAll(/`([^`]+)`/g)].map(([, text]) => text!));
  for (const parts of messages) {
    for (const part of parts.flatMap((one) => one.split(" ... ")).filter((one) => one !== "...")) {
      assert.ok(source.includes(part), `no message of the program says: ${part}`);
    }
  }
  const firsts = messages.map(([first]) => first!.toLowerCase().replace(/[^a-z ]/g, ""));
  assert.deepEqual(firsts, [...firsts].sort());
});

Deno.test("every endpoint that docs/api.md names exists", async () => {
  const proxy = await createGeminitro({ env: { GEMINITRO_KV: ":memory:", GEMINITRO_HOME: "/nonexistent" } });
  try {
    const reply = await proxy.fetch(new Request("http://localhost/api/openapi.json"));
    const known = new Set(Object.keys((await reply.json()).paths));
    for (const [, path] of (await read("docs/api.md")).matchAll(/[`\s](\/(?:api\/[\w/{}.-]+|metrics))/g)) {
      assert.ok(known.has(path!.replace(/\/quick$/, "/{name}")), `docs/api.md names ${path}`);
    }
  } finally {
    await proxy.close();
  }
});

Deno.test("decisions are numbered once each, without a gap", async () => {
  const numbers = (await documents()).flatMap((path) => /decisions\/(\d{4})-/.exec(path)?.[1] ?? []).map(
    Number,
  );
  assert.deepEqual(numbers, numbers.map((_, index) => index + 1));
});

Deno.test("JSR takes the package, as far as can be told without asking it", async () => {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    // Types are checked by the gate; without them documented ones are slow, which JSR allows.
    args: ["publish", "--dry-run", "--allow-slow-types", "--allow-dirty", "--no-check"],
    cwd: new URL("../../", import.meta.url),
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  const said = new TextDecoder().decode(stderr);
  assert.equal(code, 0, said);
  assert.match(said, /@geminitro\/geminitro@/);
});

Deno.test("README.md shows two pictures of the dashboard, each of 150 kB at most", async () => {
  const text = await Deno.readTextFile(new URL("../../README.md", import.meta.url));
  const pictures = [...text.matchAll(/!\[[^\]]+\]\((docs\/\w+\.png)\)/g)].map(([, path]) => path!);
  assert.equal(pictures.length, 2);
  for (const path of pictures) {
    const { size } = await Deno.stat(new URL(`../../${path}`, import.meta.url));
    assert.ok(size <= 150_000, `${path} has ${size} bytes`);
  }
});
