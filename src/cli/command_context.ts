import { type Environment, loadSettings, readEnvironment, type Settings } from "../config/mod.ts";
import type { LocalClient } from "../management/client.ts";
import { type CliServices, CommandError, type Context, usageError } from "./command.ts";
import type { Output } from "./output.ts";
import { localUrl, runningServer } from "./server_file.ts";
import type { Written } from "./read_arguments.ts";

/** A context, and the way to close what was opened through it. */
export interface OpenContext {
  readonly context: Context;
  close(): Promise<void>;
}

/** Makes the context of one command; opens nothing yet. */
export function openContext(
  parsed: Written,
  out: Output,
  services: CliServices,
  run: (argv: readonly string[], services: CliServices) => Promise<number>,
): OpenContext {
  const tasks: (() => void | Promise<void>)[] = [];
  const json = parsed["json"] === true;
  const env = once(() => readEnvironment(environmentPlace(services)));
  const settings = once(async () => settingsOf(await env()));
  const server = once(async () => await runningServer((await settings()).home));
  const client = once(async () => {
    const running = await server();
    if (running !== undefined) return await serversClient(localUrl(running), (await settings()).proxyApiKey);
    const visit = await visitOf(await settings(), services);
    tasks.push(() => visit.close());
    return visit.client;
  });
  const text = (name: string) => {
    const value = parsed[name];
    return typeof value === "string" ? value : undefined;
  };
  const { terminal } = services;
  const context: Context = {
    args: parsed._.map(String),
    flag: (name) => parsed[name] === true,
    text,
    texts: (name) => {
      const value = parsed[name];
      return Array.isArray(value) ? value.map(String) : [];
    },
    number: (name, least = 0) => numberOf(name, text(name), least),
    json,
    out,
    services,
    interactive: terminal.input && terminal.output && !json && (services.env["CI"] ?? "") === "",
    env,
    settings,
    server,
    client,
    runAlso: (argv) => run(argv, services),
    atEnd: (task) => void tasks.push(task),
  };
  return {
    context,
    async close() {
      for (const task of tasks.reverse()) await task();
    },
  };
}

/** Finds the `.env` to use: GEMINITRO_PROJECT names another project's folder, for tests and for services. */
export function environmentPlace(services: Pick<CliServices, "env" | "projectDir">) {
  const projectDir = services.env["GEMINITRO_PROJECT"] || services.projectDir;
  return { env: services.env, ...(projectDir === undefined ? {} : { projectDir }) };
}

function settingsOf(env: Environment): Settings {
  const settings = loadSettings(env);
  if (settings.ok) return settings.value;
  throw new CommandError(settings.error.map(({ message }) => message).join("\n"), {
    code: "settings",
    hint: "Correct them in the environment or in .env; docs/configuration.md lists every setting.",
  });
}

async function serversClient(base: string, token: string): Promise<LocalClient> {
  const { createClient } = await import("../management/client.ts");
  return createClient({
    base,
    token,
    fetch: (url, init) =>
      fetch(url, init).catch((cause: unknown) => {
        throw new CommandError(`The running server does not answer at ${base}: ${cause}`);
      }),
  });
}

async function visitOf(settings: Settings, { visit }: CliServices) {
  if (settings.kv !== ":memory:") return await visit(settings);
  throw new CommandError("The database is in memory and no server runs, so there is nothing to work on", {
    hint: "Start the server, or set GEMINITRO_KV to a file.",
  });
}

function numberOf(name: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() !== "" && Number.isInteger(value) && value >= least) return value;
  throw usageError(`--${name} is ${JSON.stringify(text)}, but must be a whole number of at least ${least}`);
}

function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => made ??= make();
}
