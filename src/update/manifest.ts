import { isObject, parseForeign } from "../core/mod.ts";
import { UpdateError } from "./signature.ts";

/** One executable of a release. */
export interface ReleaseFile {
  readonly url: string;
  /** Hexadecimal, in lower case. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
}

/** The manifest of a release; only made from bytes with a verified signature. */
export interface ReleaseManifest {
  readonly version: string;
  /** By target, for example `linux-x86_64`. */
  readonly files: Readonly<Record<string, ReleaseFile>>;
  /** A page for people. */
  readonly notes?: string;
}

/** The name under which a platform's executable is in the manifest. */
export function targetName(
  { os, arch }: { readonly os: string; readonly arch: string } = Deno.build,
): string {
  return `${os}-${arch}`;
}

/** Reads a manifest; addresses may be relative to where it came from. Throws an UpdateError that names the wrong field. */
export function parseManifest(text: string, base: string): ReleaseManifest {
  const read = jsonOf(text);
  if (!isObject(read)) throw new UpdateError("The release manifest is not a JSON object");
  const { version, files, notes } = read;
  if (typeof version !== "string" || !isVersion(version)) throw broken("version");
  if (!isObject(files)) throw broken("files");
  const entries = Object.entries(files).map(([target, file]) =>
    [target, fileOf(file, target, base)] as const
  );
  return {
    version: version.replace(/^v/, ""),
    files: Object.fromEntries(entries),
    ...(typeof notes === "string" ? { notes } : {}),
  };
}

function jsonOf(text: string): unknown {
  try {
    return parseForeign(text);
  } catch {
    throw new UpdateError("The release manifest is not JSON");
  }
}

function fileOf(file: unknown, target: string, base: string): ReleaseFile {
  if (!isObject(file)) throw broken(`files.${target}`);
  const { url, sha256, size } = file;
  const address = typeof url === "string" ? URL.parse(url, base)?.href : undefined;
  if (address === undefined) throw broken(`files.${target}.url`);
  if (typeof sha256 !== "string" || !/^[0-9a-f]{64}$/.test(sha256)) throw broken(`files.${target}.sha256`);
  if (typeof size !== "number" || !Number.isSafeInteger(size) || size <= 0) {
    throw broken(`files.${target}.size`);
  }
  return { url: address, sha256, size };
}

function broken(field: string): UpdateError {
  return new UpdateError(`The release manifest is not valid: ${field}`);
}

/** Orders versions as Semantic Versioning does: below, at or above 0; a pre-release comes before its release. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [parse(a), parse(b)];
  for (let index = 0; index < 3; index++) {
    const difference = (left.numbers[index] ?? 0) - (right.numbers[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return comparePre(left.pre, right.pre);
}

/** True for `1.2.3` with or without `v`, pre-release and build. */
function isVersion(text: string): boolean {
  return /^v?\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/.test(text);
}

function parse(version: string) {
  const [, numbers = "", pre = ""] = /^v?([\d.]+)(?:-([^+]*))?/.exec(version) ?? [];
  return { numbers: numbers.split(".").map(Number), pre: pre === "" ? [] : pre.split(".") };
}

function comparePre(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return b.length - a.length;
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const [left, right] = [a[index], b[index]];
    if (left === undefined) return -1;
    if (right === undefined) return 1;
    if (left !== right) return comparePart(left, right);
  }
  return 0;
}

/** Numbers come before words. */
function comparePart(a: string, b: string): number {
  const [left, right] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (left && right) return Number(a) - Number(b);
  if (left !== right) return left ? -1 : 1;
  return a < b ? -1 : 1;
}
