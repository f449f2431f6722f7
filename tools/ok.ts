/**
 * The one gate: everything that must hold before a change is kept. The checks run beside each other, the longest first; the
 * tests begin when all of them hold, as they keep every processor busy by themselves.
 */
const deno = Deno.execPath();
type Step = readonly [name: string, args: readonly string[]];
const CHECKS: readonly Step[] = [
  ["types", ["check", "--quiet"]],
  ["format", ["fmt", "--check", "--quiet"]],
  ["generated files", ["run", "-A", "src/fresh/gen.ts", "--check"]],
  ["lint", ["lint", "--quiet"]],
  ["import cycles", ["run", "-A", "tools/check_cycles.ts"]],
  ["sizes", ["run", "-A", "tools/check_sizes.ts"]],
  ["exports", ["run", "-A", "tools/check_exports.ts"]],
  ["fields", ["run", "-A", "tools/check_fields.ts"]],
  ["lock", ["run", "--allow-read", "tools/check_lock.ts"]],
  ["vulnerabilities", ["run", "--allow-run", "tools/audit.ts"]],
  ["documents", ["run", "-A", "tools/write_docs.ts", "--check"]],
  ["dashboard", ["run", "-A", "tools/build_dashboard.ts"]],
];

/** Runs one step; gives its exit code and how long it took, in seconds. */
async function run(args: readonly string[], output: "inherit" | "piped") {
  const started = performance.now();
  const child = new Deno.Command(deno, { args: [...args], stdout: output, stderr: output }).spawn();
  const texts = output === "piped"
    ? await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
    : [];
  const { code } = await child.status;
  return { code, text: texts.join(""), seconds: ((performance.now() - started) / 1000).toFixed(1) };
}

const waiting = [...CHECKS];
let failed = false;
async function work(): Promise<void> {
  for (let next = waiting.shift(); next !== undefined && !failed; next = waiting.shift()) {
    const [name, args] = next;
    const { code, text, seconds } = await run(args, "piped");
    failed ||= code !== 0;
    console.log(`${text}${code === 0 ? "ok" : "not ok"}: ${name} (${seconds} s)`);
  }
}
await Promise.all(Array.from({ length: navigator.hardwareConcurrency }, work));
if (failed) Deno.exit(1);

// The tests close with their own line of counts, which stays the last.
const tests = await run(["run", "-A", "tools/run_tests.ts", ...Deno.args], "inherit");
if (tests.code !== 0) {
  console.error(`not ok: tests (${tests.seconds} s)`);
  Deno.exit(1);
}
