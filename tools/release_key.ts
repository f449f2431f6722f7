/**
 * Makes a key that releases are signed with. The private half goes to a file of your choice outside the repository, with mode
 * 0600; the public half joins data/release_keys.json. CONTRIBUTING.md, "Release", says what to do with both.
 *
 *     deno task release:key ~/geminitro-release.key
 */
import { publicHalf, type ReleaseKey } from "../src/update/mod.ts";

const LIST = new URL("../data/release_keys.json", import.meta.url);

/** Makes a pair; gives the private half (PKCS 8 in base64) with its public one. */
export async function makeReleaseKey(): Promise<{ readonly privateKey: string; readonly key: ReleaseKey }> {
  const pair = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]) as CryptoKeyPair;
  const privateKey = new Uint8Array(await crypto.subtle.exportKey("pkcs8", pair.privateKey)).toBase64();
  return { privateKey, key: await publicHalf(privateKey) };
}

if (import.meta.main) {
  const [path] = Deno.args;
  if (path === undefined) {
    console.error("Name the file for the private half, outside the repository: deno task release:key <file>");
    Deno.exit(2);
  }
  const { privateKey, key } = await makeReleaseKey();
  await Deno.writeTextFile(path, `${privateKey}\n`, { createNew: true, mode: 0o600 });
  const list = JSON.parse(await Deno.readTextFile(LIST));
  list.keys.push(key);
  await Deno.writeTextFile(LIST, `${JSON.stringify(list, null, 2)}\n`);
  console.log(`The private half is in ${path}; key ${key.id} was added to data/release_keys.json.`);
  console.log(
    "In use: gh secret set RELEASE_SIGNING_KEY < <file>. Spare: keep the file offline, in two places.",
  );
}
