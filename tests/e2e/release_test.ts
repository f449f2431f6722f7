/** A release from its making to its installation: executables, signature, package descriptions, an update over a local server. */
import assert from "node:assert/strict";
import { parse } from "yaml";
import manifest from "../../deno.json" with { type: "json" };
import { applyUpdate, checkForUpdate, type ReleaseKey, targetName } from "../../src/update/mod.ts";
import { fileNameOf, makeRelease, TARGETS } from "../../tools/release.ts";
import { makeReleaseKey } from "../../tools/release_key.ts";
import { removeFolder } from "../support/remove_folder.ts";

const POSIX = Deno.build.os !== "windows";

/** A stand-in for an executable of this release: it answers `--version`. */
const program = (version: string) => `#!/bin/sh\necho ${version}\n`;

interface Published extends AsyncDisposable {
  readonly feed: string;
  readonly folder: URL;
  readonly keys: readonly ReleaseKey[];
  /** What the workflow would still have to make. */
  readonly later: readonly string[];
  /** Changes a file of the release after it was signed. */
  change(name: string, edit: (text: string) => string): Promise<void>;
}

/** Makes a release of stand-in executables and serves its folder; addresses of the real feed become local ones before signing. */
async function publish(version: string): Promise<Published> {
  const root = await Deno.makeTempDir({ prefix: "geminitro-release-" });
  const [bin, into] = [new URL(`file://${root}/bin/`), new URL(`file://${root}/release/`)];
  await Deno.mkdir(bin);
  for (const target of TARGETS) await Deno.writeTextFile(new URL(fileNameOf(target), bin), program(version));
  const { privateKey, key } = await makeReleaseKey();
  const later = await makeRelease({ version, executables: bin, into, privateKeys: [privateKey] });
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const name = new URL(request.url).pathname.slice(1);
    const bytes = await Deno.readFile(new URL(name, into)).catch(() => undefined);
    return bytes === undefined ? new Response("none", { status: 404 }) : new Response(bytes);
  });
  return {
    feed: `http://127.0.0.1:${server.addr.port}/release.json`,
    folder: into,
    keys: [key],
    later,
    change: async (name, edit) => {
      const place = new URL(name, into);
      await Deno.writeTextFile(place, edit(await Deno.readTextFile(place)));
    },
    async [Symbol.asyncDispose]() {
      await server.shutdown();
      await removeFolder(root);
    },
  };
}

/** Sends requests for the published addresses to the local server instead. */
function localFetch(feed: string): typeof fetch {
  return (input, init) => {
    const name = String(input).split("/").at(-1)!;
    return fetch(new URL(name, feed), init);
  };
}

Deno.test("a release holds five executables, the npm package, checksums and descriptions that agree", async () => {
  await using release = await publish(manifest.version);
  assert.deepEqual(release.later, []);
  const read = (path: string) => Deno.readTextFile(new URL(path, release.folder));
  const sums = new Map(
    (await read("SHA256SUMS")).trim().split("\n").map((line) =>
      line.split("  ").reverse() as [string, string]
    ),
  );
  assert.deepEqual(
    [...sums.keys()].sort(),
    [...TARGETS.map(fileNameOf), `geminitro-${manifest.version}.tgz`].sort(),
  );
  const { files } = JSON.parse(await read("release.json"));
  assert.equal(Object.keys(files).length, TARGETS.length);
  const formula = await read("homebrew/geminitro.rb");
  for (const target of TARGETS.filter((one) => !one.includes("windows"))) {
    assert.ok(
      formula.includes(sums.get(fileNameOf(target))!) && formula.includes(fileNameOf(target)),
      target,
    );
  }
  const windows = sums.get("geminitro-x86_64-pc-windows-msvc.exe")!;
  const scoop = JSON.parse(await read("scoop/geminitro.json"));
  assert.equal(scoop.architecture["64bit"].hash, windows);
  assert.equal(scoop.version, manifest.version);
  for (const part of ["", ".installer", ".locale.en-US"]) {
    const file = parse(await read(`winget/jmvbambico.geminitro${part}.yaml`));
    assert.equal(file.PackageVersion, manifest.version, part);
    if (part === ".installer") assert.equal(file.Installers[0].InstallerSha256, windows.toUpperCase());
  }
});

Deno.test({
  name:
    "update installs a signed release from a server and refuses one that is changed, older, unsigned or foreign",
  ignore: !POSIX,
  async fn() {
    await using release = await publish("9.1.0");
    const { feed, keys } = release;
    const options = { feed, keys, fetch: localFetch(feed) };
    const folder = await Deno.makeTempDir({ prefix: "geminitro-update-" });
    try {
      const executable = `${folder}/geminitro`;
      await Deno.writeTextFile(executable, program("9.0.0"), { mode: 0o755 });
      const check = await checkForUpdate("9.0.0", options);
      assert.ok(check.available && check.release.files[targetName()] !== undefined);
      assert.equal(
        (await checkForUpdate("9.2.0", options)).available,
        false,
        "an older release is no update",
      );
      const { key: foreign } = await makeReleaseKey();
      await assert.rejects(
        checkForUpdate("9.0.0", { ...options, keys: [foreign] }),
        /No key that this build trusts/,
      );

      const name = check.release.files[targetName()]!.url.split("/").at(-1)!;
      await release.change(name, (text) => text.replace("9.1.0", "6.6.6"));
      await assert.rejects(
        applyUpdate({ release: check.release, executable, fetch: options.fetch }),
        /checksum/,
      );
      await release.change(name, (text) => text.replace("6.6.6", "9.1.0"));
      await applyUpdate({ release: check.release, executable, fetch: options.fetch });
      assert.equal(await Deno.readTextFile(executable), program("9.1.0"));

      await release.change("release.json", (text) => text.replace("9.1.0", "9.9.9"));
      await assert.rejects(checkForUpdate("9.0.0", options), /does not fit its manifest/);
      await Deno.remove(new URL("release.json.sig", release.folder));
      await assert.rejects(checkForUpdate("9.0.0", options), /status 404/);
    } finally {
      await removeFolder(folder);
    }
  },
});
