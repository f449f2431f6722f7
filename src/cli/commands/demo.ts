import { type Command, CommandError, type Context, type StartedServer } from "../command.ts";
import { buildPages } from "../build_pages.ts";
import { portHolder } from "../port_holder.ts";

const PROMPTS = [
  "Write a haiku about queues",
  "Explain a token bucket in one sentence",
  "Name three uses of a heap",
  "What is a fair queue?",
  "Turn 'hello world' into a title",
];
const MODELS = ["gemini-2.5-flash", "gemini-2.5-flash-lite", "gemini-2.5-pro"];
const AGENTS = ["opencode/1.4.0", "claude-cli/2.3.1", "codex_cli_rs/0.62.0", "aider/0.90.0"];
const PAUSE_MS = 2_500;

/** Sends a call now and then until the returned function is called. */
function demoTraffic(url: string, token: string): () => Promise<void> {
  const ending = new AbortController();
  const running = run(url, token, ending.signal);
  return async () => {
    ending.abort();
    await running;
  };
}

async function run(url: string, token: string, signal: AbortSignal): Promise<void> {
  for (let count = 0; !signal.aborted; count++) {
    await call(url, token, count, signal).catch(() => {});
    await pause(signal);
  }
}

async function call(url: string, token: string, count: number, signal: AbortSignal): Promise<void> {
  const pick = <Item>(items: readonly Item[]) => items[count % items.length];
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    signal,
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      "user-agent": pick(AGENTS) ?? "",
    },
    body: JSON.stringify({
      model: pick(MODELS),
      stream: count % 3 !== 0,
      messages: [{ role: "user", content: pick(PROMPTS) }],
    }),
  });
  await response.arrayBuffer();
}

function pause(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(end, PAUSE_MS);
    function end() {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    }
    signal.addEventListener("abort", end);
  });
}

const DEFAULT_TOKEN = "geminitro";

export const demo: Command = {
  name: "demo",
  summary: "Try it: a simulator, sample keys, the proxy and a little traffic; no account needed",
  usage: "",
  examples: [
    { line: "geminitro demo", says: "Everything in memory; Ctrl-C leaves nothing behind" },
    { line: "geminitro demo --port 8080 --quiet", says: "Another port, and no traffic but yours" },
  ],
  options: [
    { name: "port", value: "<number>", summary: "Port to listen on, instead of PORT" },
    { name: "quiet", summary: "No traffic but your own" },
  ],
  takes: { least: 0, most: 0 },
  async run(context) {
    const { serveSimulator, sampleProjects } = await import("../../sim/mod.ts");
    await buildPages(context);
    const asked = context.services.endSignal();
    const projects = sampleProjects();
    const simulator = serveSimulator({ projects, agentMode: true, latencyMs: 120, tokensPerSecond: 150 });
    context.atEnd(() => simulator.close());
    const keys = projects.flatMap((project) => project.keys);
    const server = await startDemo(context, simulator.url, keys);
    context.atEnd(() => server.stop(1_000));
    const token = context.services.env["PROXY_API_KEY"] || DEFAULT_TOKEN;
    if (!context.flag("quiet")) context.atEnd(demoTraffic(server.url, token));
    describeDemo(context, server.url, token);
    await asked;
  },
};

/** Starts a proxy in memory on the simulator. Of the environment only address and token are used. */
async function startDemo(context: Context, url: string, keys: readonly string[]): Promise<StartedServer> {
  const { env } = context.services;
  const asked = context.number("port");
  const port = asked === undefined ? env["PORT"] || "7536" : String(asked);
  const settings = {
    PORT: port,
    HOST: env["HOST"],
    PROXY_API_KEY: env["PROXY_API_KEY"],
    HOME: env["HOME"],
    USERPROFILE: env["USERPROFILE"],
    GEMINITRO_HOME: env["GEMINITRO_HOME"],
    GEMINITRO_KV: ":memory:",
    GEMINI_API_URL: url,
    GEMINI_API_KEYS: keys.join(","),
    LOG_LEVEL: env["LOG_LEVEL"] || "warn",
  };
  try {
    return await context.services.startServer({ env: settings });
  } catch (cause) {
    if (!(cause instanceof Deno.errors.AddrInUse)) throw cause;
    throw new CommandError(`Port ${port} is taken by ${await portHolder(Number(port))}`, {
      code: "port_taken",
      hint: `It is left alone. Choose another: geminitro demo --port ${Number(port) + 1}`,
    });
  }
}

function describeDemo({ out }: Context, url: string, token: string): void {
  const { style } = out;
  const shown = token === DEFAULT_TOKEN ? token : "$PROXY_API_KEY";
  out.json({ url, api: `${url}/v1`, dashboard: `${url}/dashboard` });
  out.line(
    `${style.cyan("◆")} ${style.bold("GemiNitro demo")}, all in memory: a simulator stands in for Google`,
  );
  out.line();
  out.line(`  API        ${url}/v1`);
  out.line(`  Dashboard  ${url}/dashboard`);
  out.line();
  out.line("Try it:");
  // The default token is not a secret.
  out.once(`  curl ${url}/v1/chat/completions -H 'Authorization: Bearer ${shown}' \\`);
  out.line(`    -H 'Content-Type: application/json' \\`);
  out.line(`    -d '{"model":"gemini-2.5-flash","messages":[{"role":"user","content":"Hello"}]}'`);
  out.line();
  out.line("Go on with a real key (free at https://aistudio.google.com/apikey):");
  out.line(`  geminitro key add <your key>`);
  out.line(`  geminitro start`);
  out.line();
  out.line(style.dim("Ctrl-C ends it."));
}
