/**
 * Makes everything that a release is published with, in `dist/release/`:
 *
 * - `geminitro-<target>`: the executables of `deno task compile`, taken from `dist/bin/`
 * - `geminitro-<version>.tgz`: the npm package
 * - `release.json`, `release.json.sig`: what `geminitro update` reads, signed with RELEASE_SIGNING_KEY
 * - `SHA256SUMS`: for people
 * - `homebrew/`, `scoop/`, `winget/`: descriptions for package managers, from the same version and checksums
 *
 *     deno task release             all of it; fails when something is missing
 *     deno task release --dry-run   what can be made on this machine; lists the rest with the workflow step that makes it
 */
import manifest from "../deno.json" with { type: "json" };
import { parseManifest, publicHalf, RELEASE_FEED, RELEASE_KEYS, signManifest } from "../src/update/mod.ts";
import { makeNpmPackage } from "./npm_package.ts";
import { packageDescriptions } from "./package_descriptions.ts";

const DIST = new URL("../dist/", import.meta.url);

/** Deno's names of the platforms that a release has an executable for. */
export const TARGETS = [
  "x86_64-unknown-linux-gnu",
  "aarch64-unknown-linux-gnu",
  "x86_64-apple-darwin",
  "aarch64-apple-darwin",
  "x86_64-pc-windows-msvc",
] as const;

/** An executable of this release. */
export interface Executable {
  /** The name by which a running program asks, for example `linux-x86_64`. */
  readonly target: string;
  readonly name: string;
  readonly url: string;
  /** Hexadecimal, in small letters. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
}

export function fileNameOf(target: string): string {
  return `geminitro-${target}${target.includes("windows") ? ".exe" : ""}`;
}

/** `x86_64-unknown-linux-gnu` -> `linux-x86_64`. */
function askedName(target: string): string {
  const match = /^(x86_64|aarch64)-.*?(linux|darwin|windows)/.exec(target);
  if (match === null) throw new Error(`Unknown target: ${target}`);
  return `${match[2]}-${match[1]}`;
}

/** `latest/download` redirects to the newest version's files; a version's own address never moves. */
function addressOf(name: string, version: string): string {
  return RELEASE_FEED.replace("latest/download/release.json", `download/v${version}/${name}`);
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

/** Copies the executables that are there into the release; gives them and the targets that are missing. */
async function collectExecutables(from: URL, into: URL, version: string) {
  const found: Executable[] = [];
  const missing: string[] = [];
  for (const target of TARGETS) {
    const name = fileNameOf(target);
    const bytes = await Deno.readFile(new URL(name, from)).catch(() => undefined);
    if (bytes === undefined) {
      missing.push(target);
      continue;
    }
    await Deno.writeFile(new URL(name, into), bytes, { mode: 0o755 });
    found.push({
      target: askedName(target),
      name,
      url: addressOf(name, version),
      sha256: await sha256(bytes),
      size: bytes.byteLength,
    });
  }
  return { found, missing };
}

/** Writes `release.json` and a line of signature for each private key (PKCS 8 in base64). */
async function writeManifest(
  into: URL,
  version: string,
  executables: readonly Executable[],
  privateKeys: readonly string[],
) {
  const files = Object.fromEntries(
    executables.map(({ target, url, sha256, size }) => [target, { url, sha256, size }]),
  );
  const text = `${JSON.stringify({ version, files }, null, 2)}\n`;
  parseManifest(text, RELEASE_FEED);
  await Deno.writeTextFile(new URL("release.json", into), text);
  if (privateKeys.length === 0) return;
  const lines = privateKeys.map((key) => signManifest(new TextEncoder().encode(text), key));
  await Deno.writeTextFile(new URL("release.json.sig", into), (await Promise.all(lines)).join(""));
}

async function writeSums(into: URL): Promise<void> {
  const lines: string[] = [];
  const names = (await Array.fromAsync(Deno.readDir(into))).filter(({ isFile }) => isFile).map(({ name }) =>
    name
  ).sort();
  for (const name of names) {
    if (name.startsWith("geminitro-")) {
      lines.push(`${await sha256(await Deno.readFile(new URL(name, into)))}  ${name}\n`);
    }
  }
  await Deno.writeTextFile(new URL("SHA256SUMS", into), lines.join(""));
}

export interface ReleaseOptions {
  readonly version: string;
  /** Folder of the executables. */
  readonly executables: URL;
  readonly into: URL;
  /** PKCS 8 in base64; while a key is replaced there are two. Without any nothing is signed. */
  readonly privateKeys: readonly string[];
}

/** Makes the release; gives what is missing, each with the step of `.github/workflows/release.yml` that makes it. */
export async function makeRelease(options: ReleaseOptions): Promise<readonly string[]> {
  const { version, into, privateKeys } = options;
  await Deno.remove(into, { recursive: true }).catch(() => {});
  await Deno.mkdir(into, { recursive: true });
  await makeNpmPackage(into);
  const { found, missing } = await collectExecutables(options.executables, into, version);
  const later = missing.map((target) => `${fileNameOf(target)}: step "Executables for every platform"`);
  if (found.length > 0) await writeManifest(into, version, found, privateKeys);
  else later.push(`release.json: step "Everything that is published", when there are executables`);
  if (privateKeys.length === 0) {
    later.push(`release.json.sig: step "Everything that is published", with RELEASE_SIGNING_KEY`);
  }
  for (const { path, text } of packageDescriptions(version, found)) {
    if (text === undefined) {
      later.push(`${path}: step "Everything that is published", when there are executables`);
      continue;
    }
    const place = new URL(path, into);
    await Deno.mkdir(new URL("./", place), { recursive: true });
    await Deno.writeTextFile(place, text);
  }
  await writeSums(into);
  return later;
}

async function main(): Promise<number> {
  const dry = Deno.args.includes("--dry-run");
  const privateKeys = (Deno.env.get("RELEASE_SIGNING_KEY") ?? "").split(/\s+/).filter((key) => key !== "");
  if (!dry && privateKeys.length === 0) {
    console.error('Set RELEASE_SIGNING_KEY: CONTRIBUTING.md, "Release", says how a key is made and kept');
    return 1;
  }
  for (const { id } of await Promise.all(privateKeys.map(publicHalf))) {
    if (RELEASE_KEYS.some((key) => key.id === id)) continue;
    console.error(`Key ${id} is not in data/release_keys.json: no build would take this release`);
    return 1;
  }
  const into = new URL("release/", DIST);
  const { version } = manifest;
  const later = await makeRelease({
    version,
    executables: new URL("bin/", DIST),
    into,
    privateKeys,
  });
  for await (const path of listed(into)) console.log(`made  ${path}`);
  const remote = [
    'container image: step "Container image"',
    'provenance of every file: step "Provenance"',
    'npm registry: step "Publish to npm"',
  ];
  for (const line of dry ? [...later, ...remote] : later) console.log(`later ${line}`);
  return dry || later.length === 0 ? 0 : 1;
}

async function* listed(folder: URL, below = ""): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(new URL(below, folder))) {
    if (isDirectory) yield* listed(folder, `${below}${name}/`);
    else yield below + name;
  }
}

if (import.meta.main) Deno.exit(await main());
