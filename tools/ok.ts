/** The one gate: everything that must hold before a change is kept. Stops at the first step that does not. */
const deno = Deno.execPath();
const STEPS: readonly (readonly [name: string, args: readonly string[]])[] = [
  ["format", ["fmt", "--check", "--quiet"]],
  ["generated files", ["run", "-A", "src/fresh/gen.ts", "--check"]],
  ["lint", ["lint", "--quiet"]],
  ["types", ["check", "--quiet"]],
  ["import cycles", ["run", "-A", "tools/check_cycles.ts"]],
  ["sizes", ["run", "-A", "tools/check_sizes.ts"]],
  ["exports", ["run", "-A", "tools/check_exports.ts"]],
  ["fields", ["run", "-A", "tools/check_fields.ts"]],
  ["lock", ["run", "--allow-read", "tools/check_lock.ts"]],
  ["vulnerabilities", ["run", "--allow-run", "tools/audit.ts"]],
  ["documents", ["run", "-A", "tools/write_docs.ts", "--check"]],
  ["dashboard", ["run", "-A", "tools/build_dashboard.ts"]],
  ["tests", ["run", "-A", "tools/run_tests.ts", ...Deno.args]],
];

for (const [name, args] of STEPS) {
  const started = performance.now();
  const { code } = await new Deno.Command(deno, { args: [...args], stdout: "inherit", stderr: "inherit" })
    .output();
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  if (code !== 0) {
    console.error(`not ok: ${name} (${seconds} s)`);
    Deno.exit(1);
  }
  // The tests close with their own line of counts, which stays the last.
  if (name !== "tests") console.log(`ok: ${name} (${seconds} s)`);
}
