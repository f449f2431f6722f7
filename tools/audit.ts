/**
 * Asks for known vulnerabilities of what deno.lock names. Without an answer within a bounded time it reports that and
 * passes: a machine without a network builds too, and CI asks again by itself.
 */
const WAIT_MS = Number(Deno.args[0] ?? 20_000);

/** Messages of `deno audit` when the service did not answer. */
const UNREACHED_REGEXP = /error sending request|Failed to deserialize response from the npm registry/;

const child = new Deno.Command(Deno.execPath(), {
  args: ["audit", "--level=moderate"],
  stdin: "null",
  stdout: "piped",
  stderr: "piped",
}).spawn();
let late = false;
const timer = setTimeout(() => {
  late = true;
  child.kill("SIGKILL");
}, WAIT_MS);
const { code, stdout, stderr } = await child.output();
clearTimeout(timer);
const decoder = new TextDecoder();
const said = decoder.decode(stdout);
const told = decoder.decode(stderr);
if (late || (code !== 0 && said.trim() === "" && UNREACHED_REGEXP.test(told))) {
  console.log("vulnerabilities: skipped, because the advisory service cannot be reached");
} else if (code !== 0) {
  console.error(said + told);
  Deno.exit(1);
}
