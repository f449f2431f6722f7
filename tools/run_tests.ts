/**
 * Runs the default tests with leak sanitizers on, lists the files that took longest, and closes with one plain line,
 * `tests: N passed, N failed, N skipped`.
 * Arguments go to `deno test`; without any, all of src/ and tests/ but the long suites runs. `--strict` (CI) makes a
 * missing browser a failure; what else is skipped needs a server that only some machines have. `--note-times` writes how long the
 * slowest files took into tools/test_seconds.json, by which the order of the default tests goes.
 */
import { currentBundle } from "./bundle.ts";
import testSeconds from "./test_seconds.json" with { type: "json" };

const LONG: ReadonlySet<string> = new Set(["scenarios", "chaos", "agents", "fronts", "support"]);

/** Seconds that slow files took when it was last noted. Only their order counts, so that another machine changes little. */
const SECONDS: Readonly<Record<string, number>> = testSeconds;
const NOTED = new URL("test_seconds.json", import.meta.url);
/** Files that take longer are noted, in seconds. */
const SLOW_SECONDS = 4;

/** Every file of the default tests, the slowest first: none of them is still at work when all others are done. */
function defaultPaths(): readonly string[] {
  const folders = [...Deno.readDirSync("tests")].filter((entry) =>
    entry.isDirectory && !LONG.has(entry.name)
  );
  const files = [
    ...["src", ...folders.map(({ name }) => `tests/${name}`)].flatMap(testsUnder).sort(),
    "tests/scenarios/smoke_test.ts",
  ];
  // Those of src/ take least.
  const rank = (file: string) => SECONDS[file] ?? (file.startsWith("tests/") ? 1 : 0);
  return files.sort((one, other) => rank(other) - rank(one));
}

function testsUnder(folder: string): readonly string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) =>
    isDirectory ? testsUnder(`${folder}/${name}`) : /_test\.tsx?$/.test(name) ? [`${folder}/${name}`] : []
  );
}

/** Counts as `deno test` prints them last. */
const SUMMARY_REGEXP =
  /^(?:ok|FAILED) \| (\d+) passed(?: \(\d+ steps?\))? \| (\d+) failed(?: \(\d+ steps?\))?(?: \| (\d+) ignored)?/;

/** `./file => name ... ok (1m2s)`; a step has its own words between the name and the result. */
const TEST_REGEXP = /^\.\/(\S+) => (.+?) \.\.\. (?:ok|FAILED)(?: \(due to [^)]*\))? \((\S+)\)$/;
/** Files in the list of the slowest. */
const LISTED = 20;
const MILLISECONDS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };

/** Milliseconds of a duration as `deno test` writes it; anything under one counts as none. */
function durationOf(text: string): number {
  const parts = text.matchAll(/(\d+)(ms|[hms])/g);
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (MILLISECONDS[unit ?? ""] ?? 0), 0);
}

/** Half of the tests wait for processes, sockets and timers: two more than there are processors keep these at work. */
const JOBS = navigator.hardwareConcurrency + 2;

const strict = Deno.args.includes("--strict");
const noting = Deno.args.includes("--note-times");
const asked = Deno.args.filter((argument) => argument !== "--strict" && argument !== "--note-times");

const paths = asked.length > 0 ? asked : defaultPaths();
/** The program that tests run, built once for all of them; those of src/ run none. */
const bundle = paths.every((path) => path.startsWith("src")) ? undefined : (await currentBundle()).pathname;

const child = new Deno.Command(Deno.execPath(), {
  args: [
    "test",
    "-A",
    "--no-check",
    "--parallel",
    "--sanitize-ops",
    "--sanitize-resources",
    ...paths,
  ],
  env: {
    DENO_JOBS: String(JOBS),
    ...(bundle === undefined ? {} : { GEMINITRO_TEST_BUNDLE: bundle }),
    ...(strict ? { GEMINITRO_REQUIRE_BROWSER: "1" } : {}),
  },
  stdout: "piped",
  stderr: "inherit",
}).spawn();

let passed = 0;
let failed = 0;
let skipped = 0;
const tookMs = new Map<string, number>();
const lines = child.stdout.pipeThrough(new TextDecoderStream());
let rest = "";
for await (const piece of lines) {
  await Deno.stdout.write(new TextEncoder().encode(piece));
  const all = (rest + piece).split("\n");
  rest = all.pop()!;
  for (const line of all) read(line);
}
read(rest);
const { code } = await child.status;

function read(line: string): void {
  // deno-lint-ignore no-control-regex -- colours stand between the words
  const plain = line.replace(/\x1b\[[0-9;]*m/g, "");
  const [, file, name, duration] = TEST_REGEXP.exec(plain) ?? [];
  if (file !== undefined && duration !== undefined && name?.includes(" ... ") !== true) {
    tookMs.set(file, (tookMs.get(file) ?? 0) + durationOf(duration));
  }
  const match = SUMMARY_REGEXP.exec(plain);
  if (match === null) return;
  passed += Number(match[1]);
  failed += Number(match[2]);
  skipped += Number(match[3] ?? 0);
}

const slowest = [...tookMs].sort(([, one], [, other]) => other - one);
console.log(`slowest of ${tookMs.size} files, in seconds:`);
for (const [file, ms] of slowest.slice(0, LISTED)) {
  console.log(`${(ms / 1_000).toFixed(1).padStart(7)} ${file}`);
}
if (noting && asked.length === 0) {
  const noted = slowest.filter(([, ms]) => ms >= SLOW_SECONDS * 1_000)
    .map(([file, ms]) => [file, Math.round(ms / 1_000)]);
  await Deno.writeTextFile(NOTED, `${JSON.stringify(Object.fromEntries(noted), null, 2)}\n`);
}

const bad = failed > 0 || code !== 0 || passed === 0;
console.log(`tests: ${passed} passed, ${failed} failed, ${skipped} skipped`);
Deno.exit(bad ? 1 : 0);
