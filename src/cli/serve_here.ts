import { askOnce } from "./ask_once.ts";
import { DEFAULT_PROXY_API_KEY, envFilePath, writeDefaultEnv } from "../config/mod.ts";
import { CommandError, type Context, type StartedServer } from "./command.ts";
import { environmentPlace } from "./command_context.ts";
import { openInBrowser } from "./open_in_browser.ts";
import { portHolder } from "./port_holder.ts";
import { placeOf, removeServerFile, writeServerFile } from "./server_file.ts";
import { splash } from "./style.ts";

/** Serves in this process until it is asked to end, then drains. */
export async function serveHere(
  context: Context,
  overrides: Readonly<Record<string, string>>,
  after: AfterStart,
): Promise<number> {
  const { out, services } = context;
  const { home } = await context.settings();
  await writeFirstEnv(context);
  await updateFirst(context);
  const env = { ...await context.env(), ...overrides };
  const asked = services.endSignal();
  const server = await start(context, env);
  const host = env["HOST"] || "localhost";
  const flags = flagsOf(overrides);
  const { version } = services;
  const info = {
    pid: Deno.pid,
    home: await placeOf(home),
    port: server.port,
    host,
    startedAt: Date.now(),
    version,
    flags,
  };
  await writeServerFile(home, info);
  try {
    if (!context.flag("no-splash") && services.terminal.output) {
      for (const line of splash(services.version, out.style)) out.line(line);
    }
    out.json({ started: true, pid: Deno.pid, url: server.url });
    out.line(`GemiNitro listens at ${server.url}/v1, dashboard at ${server.url}/dashboard`);
    if (after.verify === true) {
      out.line(await askOnce(server.url, env["PROXY_API_KEY"] || DEFAULT_PROXY_API_KEY));
    }
    if (after.open !== undefined) await openInBrowser(`${server.url}${after.open}`);
    await asked;
    await server.stop();
  } finally {
    await removeServerFile(home, Deno.pid);
  }
  return 0;
}

/** `{PORT: "1"}` as it is written on the command line. */
export function flagsOf(overrides: Readonly<Record<string, string>>): string[] {
  return Object.entries(overrides).flatMap(([name, value]) => [`--${name.toLowerCase()}`, value]);
}

async function start(
  context: Context,
  env: Readonly<Record<string, string | undefined>>,
): Promise<StartedServer> {
  try {
    return await context.services.startServer({ env });
  } catch (cause) {
    if (!(cause instanceof Deno.errors.AddrInUse)) throw cause;
    const port = Number(env["PORT"] || "7536");
    throw new CommandError(`Port ${port} is taken by ${await portHolder(port)}`, {
      code: "port_taken",
      hint: `It is left alone. Choose another port: geminitro start --port ${port + 1}`,
    });
  }
}

/** AUTO_UPDATE: installs a newer release for the next start. */
async function updateFirst(context: Context): Promise<void> {
  const settings = await context.settings();
  if (!settings.autoUpdate) return;
  const { installKind, maybeAutoUpdate } = await import("../update/mod.ts");
  const { version, env } = context.services;
  const feed = env["GEMINITRO_RELEASE_FEED"] || undefined;
  const said = await maybeAutoUpdate(settings, {
    version,
    kind: installKind(context.services),
    ...(feed === undefined ? {} : { feed }),
  });
  if (said !== undefined) context.out.line(said);
}

/** Writes `.env` with the defaults if it does not exist. */
async function writeFirstEnv({ services, out }: Context): Promise<void> {
  const path = envFilePath(environmentPlace(services));
  if (path === undefined) return;
  try {
    if (await writeDefaultEnv(path)) out.line(`Wrote the default settings to ${path}`);
  } catch (cause) {
    // A read-only checkout or image: the file is optional.
    out.warn(
      `${path} could not be written (${
        cause instanceof Error ? cause.message : cause
      }): the defaults hold without it`,
    );
  }
}

/** Tasks for after the server listens. */
export interface AfterStart {
  /** A page of the dashboard to open. */
  readonly open?: string;
  /** Send one call through the proxy, to verify that a first key works. */
  readonly verify?: true;
}

/** Finds what a first start lacks and offers it; asks nothing without a terminal. */
export async function firstRun(context: Context): Promise<AfterStart> {
  if (!context.interactive || context.flag("no-interactive")) return {};
  const { askFirstRun } = await import("./ask_first_run.ts");
  return await askFirstRun(context);
}
