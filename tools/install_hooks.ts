/** Installs the pre-commit hook: what is quick of the gate. */
const HOOK = `#!/bin/sh
deno fmt --check --quiet && deno lint --quiet && deno check --quiet
`;
await Deno.writeTextFile(".git/hooks/pre-commit", HOOK, { mode: 0o755 });
console.log("Installed .git/hooks/pre-commit");
