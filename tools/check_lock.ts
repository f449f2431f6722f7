/**
 * Audits what the program is made of: every import is an exact version from npm, every locked package has a checksum, and
 * neither file names a host. `deno audit` (CI) asks for known vulnerabilities beside it.
 */
interface Config {
  readonly imports?: Readonly<Record<string, string>>;
}

interface Lock {
  readonly specifiers?: Readonly<Record<string, string>>;
  readonly npm?: Readonly<Record<string, { readonly integrity?: string }>>;
  readonly jsr?: unknown;
  readonly remote?: unknown;
  readonly redirects?: unknown;
}

const EXACT_REGEXP = /^npm:(?:@[\w.-]+\/)?[\w.-]+@\d+\.\d+\.\d+(?:-[\w.]+)?(?:\/[\w./-]+)?$/;

/** Problems of a configuration and its lock; empty without any. */
export function auditLock(configText: string, lockText: string): readonly string[] {
  const config = JSON.parse(configText) as Config;
  const lock = JSON.parse(lockText) as Lock;
  return [
    ...Object.entries(config.imports ?? {}).flatMap(([name, target]) => importProblem(name, target) ?? []),
    ...Object.keys(lock.specifiers ?? {}).filter((specifier) => !specifier.startsWith("npm:"))
      .map((specifier) => `deno.lock: ${specifier} is not from npm`),
    ...Object.entries(lock.npm ?? {}).filter(([, { integrity }]) => !integrity?.startsWith("sha512-"))
      .map(([name]) => `deno.lock: ${name} has no checksum`),
    ...(["jsr", "remote", "redirects"] as const).filter((part) => lock[part] !== undefined)
      .map((part) => `deno.lock: has a part "${part}"`),
    ...[...lockText.matchAll(/https?:\/\/[^"/]+/g)].map(([host]) => `deno.lock: names the host ${host}`),
  ];
}

function importProblem(name: string, target: string): string | undefined {
  if (target.startsWith("./")) return undefined;
  if (!target.startsWith("npm:")) return `deno.json: ${name} is not from npm: ${target}`;
  return EXACT_REGEXP.test(target) ? undefined : `deno.json: ${name} is not exact: ${target}`;
}

if (import.meta.main) {
  const problems = auditLock(await Deno.readTextFile("deno.json"), await Deno.readTextFile("deno.lock"));
  console.log(
    problems.length === 0 ? "Every dependency is exact, from npm, with a checksum" : problems.join("\n"),
  );
  if (problems.length > 0) Deno.exit(1);
}
