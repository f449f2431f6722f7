/**
 * Describes the executables in `dist/bin/` for a release: `release.json` in the form that `geminitro update` reads, its Ed25519
 * signature in `release.json.sig`, and `SHA256SUMS` for people. The private key (PKCS 8 in base64) stands in
 * RELEASE_SIGNING_KEY.
 */
import manifest from "../deno.json" with { type: "json" };
import { parseManifest, RELEASE_FEED, RELEASE_KEY, signManifest } from "../src/update/mod.ts";

/** `x86_64-unknown-linux-gnu` -> `linux-x86_64`, the name by which a running program asks. */
export function targetOf(fileName: string): string | undefined {
  const match = /^geminitro-(x86_64|aarch64)-.*?(linux|darwin|windows)/.exec(fileName);
  return match === null ? undefined : `${match[2]}-${match[1]}`;
}

/** Writes the three files into the folder of the executables. Throws when there is none. */
export async function describeRelease(folder: URL, privateKey: string, version: string): Promise<void> {
  const files: Record<string, { url: string; sha256: string; size: number }> = {};
  for await (const { name } of Deno.readDir(folder)) {
    const target = targetOf(name);
    if (target === undefined) continue;
    const bytes = await Deno.readFile(new URL(name, folder));
    const sha256 = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
    // `latest/download` redirects to this version's files; the version's own address never moves.
    const url = RELEASE_FEED.replace("latest/download/release.json", `download/v${version}/${name}`);
    files[target] = { url, sha256, size: bytes.byteLength };
  }
  if (Object.keys(files).length === 0) throw new Error(`There is no executable in ${folder.pathname}`);
  const text = `${JSON.stringify({ version, files }, null, 2)}\n`;
  parseManifest(text, RELEASE_FEED);
  const sums = Object.values(files).map(({ url, sha256 }) => `${sha256}  ${url.split("/").at(-1)}\n`);
  await Deno.writeTextFile(new URL("release.json", folder), text);
  await Deno.writeTextFile(
    new URL("release.json.sig", folder),
    `${await signManifest(new TextEncoder().encode(text), privateKey)}\n`,
  );
  await Deno.writeTextFile(new URL("SHA256SUMS", folder), sums.join(""));
}

if (import.meta.main) {
  const key = Deno.env.get("RELEASE_SIGNING_KEY");
  if (key === undefined || key === "") {
    console.error(`Set RELEASE_SIGNING_KEY to the private half of ${RELEASE_KEY}`);
    Deno.exit(1);
  }
  await describeRelease(new URL("../dist/bin/", import.meta.url), key, manifest.version);
}
