import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  applyUpdate,
  checkForUpdate,
  compareVersions,
  maybeAutoUpdate,
  parseManifest,
  previousPath,
  publicHalf,
  rollBack,
  signManifest,
  targetName,
} from "./mod.ts";

const FEED = "https://releases.test/latest/release.json";
const POSIX = Deno.build.os !== "windows";

/** A program of the given version: it answers `--version`. */
const program = (version: string) => `#!/bin/sh\necho ${version}\n`;

async function makeKeys() {
  const pair = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]) as CryptoKeyPair;
  const privateKey = new Uint8Array(await crypto.subtle.exportKey("pkcs8", pair.privateKey)).toBase64();
  return { keys: [await publicHalf(privateKey)], privateKey };
}

interface Release {
  readonly version: string;
  readonly body: string;
  readonly sha256?: string;
  readonly size?: number;
}

/** A release feed behind a fetch. */
async function feedOf(release: Release, privateKey: string, tamper = (text: string) => text) {
  const bytes = new TextEncoder().encode(release.body);
  const manifest = JSON.stringify({
    version: release.version,
    files: {
      [targetName()]: {
        url: "geminitro",
        sha256: release.sha256 ?? createHash("sha256").update(bytes).digest("hex"),
        size: release.size ?? bytes.byteLength,
      },
    },
  });
  const answers: Record<string, string> = {
    [FEED]: tamper(manifest),
    [`${FEED}.sig`]: await signManifest(new TextEncoder().encode(manifest), privateKey),
    "https://releases.test/latest/geminitro": release.body,
  };
  return (input: string | URL | Request) => {
    const body = answers[String(input)];
    return Promise.resolve(new Response(body ?? "none", { status: body === undefined ? 404 : 200 }));
  };
}

async function withExecutable(task: (executable: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  const executable = `${folder}/geminitro`;
  await Deno.writeTextFile(executable, program("1.0.0"), { mode: 0o755 });
  try {
    await task(executable);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function namesIn(executable: string): Promise<string[]> {
  const folder = executable.slice(0, executable.lastIndexOf("/"));
  return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
}

Deno.test("compareVersions() orders releases and pre-releases", () => {
  const sorted = [
    "1.0.0-alpha",
    "1.0.0-alpha.2",
    "1.0.0-alpha.10",
    "1.0.0-beta",
    "1.0.0",
    "1.0.1",
    "1.2.0",
    "1.10.0",
  ];
  for (let index = 1; index < sorted.length; index++) {
    assert.ok(compareVersions(sorted[index - 1] ?? "", sorted[index] ?? "") < 0, `${sorted[index]}`);
    assert.ok(compareVersions(sorted[index] ?? "", sorted[index - 1] ?? "") > 0, `${sorted[index]}`);
  }
  assert.equal(compareVersions("v1.2.3", "1.2.3+build"), 0);
});

Deno.test("parseManifest() names the field that is wrong", () => {
  const file = { url: "x", sha256: "a".repeat(64), size: 1 };
  const refused = (value: unknown, field: RegExp) =>
    assert.throws(() => parseManifest(JSON.stringify(value), FEED), field);
  refused({ version: "one", files: {} }, /version/);
  refused({ version: "1.0.0" }, /files/);
  refused({ version: "1.0.0", files: { a: { ...file, sha256: "b" } } }, /files\.a\.sha256/);
  refused({ version: "1.0.0", files: { a: { ...file, size: 0 } } }, /files\.a\.size/);
  const read = parseManifest(JSON.stringify({ version: "v1.0.0", files: { a: file } }), FEED);
  assert.equal(read.files["a"]?.url, "https://releases.test/latest/x");
});

Deno.test("checkForUpdate() knows newer, same and older releases", async () => {
  const { keys, privateKey } = await makeKeys();
  for (const [current, available] of [["1.0.9", true], ["1.1.0", false], ["2.0.0", false]] as const) {
    const fetch = await feedOf({ version: "1.1.0", body: "x" }, privateKey);
    const check = await checkForUpdate(current, { feed: FEED, keys, fetch });
    assert.equal(check.available, available, current);
    assert.equal(check.newest, "1.1.0");
  }
});

Deno.test("checkForUpdate() refuses what our key did not sign, and what was changed afterwards", async () => {
  const [ours, theirs] = [await makeKeys(), await makeKeys()];
  const release = { version: "9.0.0", body: "x" };
  const foreign = await feedOf(release, theirs.privateKey);
  const options = { feed: FEED, keys: ours.keys };
  await assert.rejects(
    checkForUpdate("1.0.0", { ...options, fetch: foreign }),
    /No key that this build trusts/,
  );
  const changed = await feedOf(release, ours.privateKey, (text) => text.replace("9.0.0", "9.0.1"));
  await assert.rejects(checkForUpdate("1.0.0", { ...options, fetch: changed }), /signature/);
  await assert.rejects(
    checkForUpdate("1.0.0", { feed: FEED, keys: [], fetch: foreign }),
    /trusts no release key/,
  );
  // While a key is replaced, the old and the new one sign.
  const both = { ...options, keys: [...ours.keys, ...theirs.keys] };
  assert.equal((await checkForUpdate("1.0.0", { ...both, fetch: foreign })).newest, "9.0.0");
});

Deno.test({
  name: "applyUpdate() puts the release in place and keeps the old one for rollBack()",
  ignore: !POSIX,
  fn: () =>
    withExecutable(async (executable) => {
      const { keys, privateKey } = await makeKeys();
      const fetch = await feedOf({ version: "1.1.0", body: program("1.1.0") }, privateKey);
      const { release } = await checkForUpdate("1.0.0", { feed: FEED, keys, fetch });
      await applyUpdate({ release, executable, fetch });
      assert.equal(await Deno.readTextFile(executable), program("1.1.0"));
      assert.equal(await Deno.readTextFile(previousPath(executable)), program("1.0.0"));
      assert.deepEqual(await namesIn(executable), ["geminitro", "geminitro.previous"]);
      await rollBack(executable);
      assert.equal(await Deno.readTextFile(executable), program("1.0.0"));
      assert.equal(await Deno.readTextFile(previousPath(executable)), program("1.1.0"));
    }),
});

Deno.test({
  name: "applyUpdate() leaves everything as it was when checksum, length or the program are wrong",
  ignore: !POSIX,
  fn: () =>
    withExecutable(async (executable) => {
      const { keys, privateKey } = await makeKeys();
      const body = program("1.1.0");
      const faults: readonly (readonly [Release, RegExp])[] = [
        [{ version: "1.1.0", body, sha256: "0".repeat(64) }, /checksum/],
        [{ version: "1.1.0", body, size: 3 }, /length/],
        [{ version: "1.1.0", body, size: 3_000 }, /length/],
        [{ version: "1.1.0", body: program("0.0.1") }, /does not run/],
      ];
      for (const [fault, message] of faults) {
        const fetch = await feedOf(fault, privateKey);
        const { release } = await checkForUpdate("1.0.0", { feed: FEED, keys, fetch });
        await assert.rejects(applyUpdate({ release, executable, fetch }), message);
        assert.equal(await Deno.readTextFile(executable), program("1.0.0"));
        assert.deepEqual(await namesIn(executable), ["geminitro"]);
      }
    }),
});

Deno.test("rollBack() says when there is nothing to go back to", () =>
  withExecutable(async (executable) => {
    await assert.rejects(rollBack(executable), /nothing to go back to/);
  }));

Deno.test({
  name: "maybeAutoUpdate() installs when it is asked to, and never throws",
  ignore: !POSIX,
  fn: () =>
    withExecutable(async (executable) => {
      const { keys, privateKey } = await makeKeys();
      const fetch = await feedOf({ version: "1.1.0", body: program("1.1.0") }, privateKey);
      const options = { version: "1.0.0", feed: FEED, keys, fetch, executable };
      assert.equal(await maybeAutoUpdate({ autoUpdate: false }, options), undefined);
      assert.equal(await Deno.readTextFile(executable), program("1.0.0"));
      assert.match(await maybeAutoUpdate({ autoUpdate: true }, options) ?? "", /1\.1\.0 was installed/);
      assert.equal(await Deno.readTextFile(executable), program("1.1.0"));
      const silent = () => Promise.reject(new TypeError("no network"));
      const failed = await maybeAutoUpdate({ autoUpdate: true }, { ...options, fetch: silent });
      assert.match(failed ?? "", /no network/);
    }),
});
