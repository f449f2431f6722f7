/**
 * GemiNitro's chat lane beside a peer in the same run: Portkey's gateway, as npm gives it, on Node. Needs npm and node.
 *
 *     deno task bench:peers [--seconds 2] [--rounds 5] [--connections 16] [--portkey FOLDER]
 *
 * FOLDER is one in which `npm install @portkey-ai/gateway` was run; without it a folder is made for the run.
 */
import { parseArgs } from "@std/cli/parse-args";
import { ReservedPort } from "../tests/support/reserved_port.ts";
import { type Child, startChild } from "./support/child.ts";
import { compare, median, table } from "./support/compare.ts";
import { type Contestant, contestantsOf } from "./support/contestants.ts";

const flags = parseArgs(Deno.args, {
  string: ["seconds", "rounds", "connections", "portkey"],
  default: { seconds: "2", rounds: "5", connections: "16", portkey: "" },
});
const connections = Number(flags["connections"]);

/** Installs the gateway into a folder of its own. */
async function install(): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "geminitro-peer-" });
  console.log("Installing @portkey-ai/gateway ...");
  const { success, stderr } = await new Deno.Command("npm", {
    args: ["install", "--no-audit", "--no-fund", "--prefix", folder, "@portkey-ai/gateway@1.15.2"],
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(`npm install failed: ${new TextDecoder().decode(stderr).slice(0, 500)}`);
  return folder;
}

/** Starts the gateway and waits until it answers. */
async function startPortkey(folder: string): Promise<Child> {
  const started = performance.now();
  const reserved = new ReservedPort();
  const { port } = reserved;
  const process = new Deno.Command("node", {
    args: [
      `${folder}/node_modules/@portkey-ai/gateway/build/start-server.js`,
      `--port=${port}`,
      "--headless",
    ],
    env: { NODE_ENV: "production" },
    stdout: "null",
    // It complains of every streamed reply that it logs.
    stderr: "null",
  }).spawn();
  const url = new URL(`http://127.0.0.1:${port}`);
  while (!await fetch(url).then((reply) => reply.text()).then(() => true, () => false)) {
    if (performance.now() - started > 30_000) throw new Error("Portkey's gateway does not answer");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    url,
    pid: process.pid,
    readyMs: performance.now() - started,
    async [Symbol.asyncDispose]() {
      process.kill("SIGKILL");
      await process.status;
      reserved[Symbol.dispose]();
    },
  };
}

function portkeyChat(peer: Child, simulator: Child, like: Contestant): Contestant {
  return {
    ...like,
    name: "portkey chat",
    server: peer,
    request: {
      ...like.request,
      port: Number(peer.url.port),
      headers: {
        "Content-Type": "application/json",
        "Authorization": "Bearer AIzaBench",
        "x-portkey-provider": "google",
        "x-portkey-custom-host": `${simulator.url.origin}/v1beta`,
      },
    },
  };
}

const folder = String(flags["portkey"]) || await install();
await using simulator = await startChild("./sim_server.ts", ["20"]);
await using bare = await startChild("./bare_server.ts", [simulator.url.origin]);
await using proxy = await startChild("./geminitro_server.ts", [simulator.url.origin]);
await using peer = await startPortkey(folder);
for (const stream of [false, true]) {
  const all = contestantsOf({ simulator, bare, proxy }, "peers", { stream });
  const chat = all.find(({ name }) => name === "chat")!;
  const chosen = [...all.filter(({ name }) => ["bare pass-through", "native", "chat"].includes(name))];
  const result = await compare([...chosen, portkeyChat(peer, simulator, chat)], {
    seconds: Number(flags["seconds"]),
    rounds: Number(flags["rounds"]),
    connections,
  });
  console.log(table(stream ? "Streams of 20 chunks" : "Whole replies", result));
  const rounds = (wanted: string) =>
    result.comparisons.find(({ contestant }) => contestant.name === wanted)!.rounds;
  const times = median(rounds("chat").map(({ rate }, index) => rate / rounds("portkey chat")[index]!.rate));
  console.log(
    `  chat serves ${times.toFixed(1)} times what Portkey's gateway does (${result.failures} failed)`,
  );
}
