import { type Environment, SETTINGS_TABLE, userFolder } from "../../config/mod.ts";
import type { Context } from "../command.ts";
import { CommandError, usageError } from "../command_error.ts";
import { oneOf } from "../one_of.ts";
import { selfCommand } from "../self_command.ts";
import { logPath } from "../spawn_server.ts";
import type { AutostartPlan, Platform } from "./plan.ts";
import { SERVICE_KINDS, type ServiceKind } from "./services.ts";

const PLATFORMS = ["darwin", "linux", "windows"] as const;

/** The service of this machine, or of the platform that --platform names. */
export interface CurrentService {
  readonly kind: ServiceKind;
  readonly file: string;
  readonly plan: AutostartPlan;
  readonly home: string;
  /** Secrets of this shell's environment that the service will not have. */
  readonly left: readonly string[];
  /** The program lies where it will be swept away. */
  readonly fleeting: boolean;
}

export async function currentService(context: Context): Promise<CurrentService> {
  const named = oneOf(context, "platform", PLATFORMS) ?? platformOf(Deno.build.os);
  const system = context.flag("system");
  if (system && named !== "linux") throw usageError("--system is for systemd, on Linux alone");
  const platform = system ? "linux_system" : named;
  const kind = SERVICE_KINDS[platform];
  const { home, logFile } = await context.settings();
  const { env, entry } = context.services;
  const user = userFolder(env, Deno.build.os);
  if (user === undefined) throw new CommandError("This user has no home folder for a service");
  const { kept, named: left } = fromShell(env);
  const plan = {
    ...selfCommand(context.services, ["start", "--no-splash", "--no-interactive"]),
    log: logPath(home),
    env: {
      ...kept,
      GEMINITRO_HOME: home,
      LOG_FILE: logFile ?? logPath(home),
      ...(entry === undefined ? {} : { DENO_NO_UPDATE_CHECK: "1" }),
    },
    ...(system ? { user: env["SUDO_USER"] || env["USER"] || "root" } : {}),
  };
  return {
    kind,
    file: kind.file({ user, home }),
    plan,
    home,
    left,
    fleeting: isFleeting([plan.program, ...plan.args]),
  };
}

/** Variables beside the settings that decide how Google is reached. */
const WAYS = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "DENO_CERT", "DENO_TLS_CA_STORE"]
  .flatMap((name) => [name, name.toLowerCase()]);

/** What of this shell's environment goes with the service, and what is a secret, so that only its name is told. */
function fromShell(
  env: Environment,
): { readonly kept: Record<string, string>; readonly named: readonly string[] } {
  const kept: Record<string, string> = {};
  const named: string[] = [];
  const table = new Map(SETTINGS_TABLE.map((option) => [option.variable, option.secret]));
  for (const [name, value = ""] of Object.entries(env)) {
    if (
      value.trim() === "" || !(table.has(name) || WAYS.includes(name) || name.startsWith("QUOTA_GROUPS_"))
    ) continue;
    const secret = table.get(name) === true || URL.parse(value)?.password;
    if (secret) named.push(name);
    else kept[name] = value;
  }
  return { kept, named };
}

/** npx runs from a cache that npm clears. */
function isFleeting(parts: readonly string[]): boolean {
  return parts.some((part) => /[/\\]_npx[/\\]/.test(part));
}

function platformOf(os: string): Platform {
  const found = PLATFORMS.find((one) => one === os);
  if (found === undefined) {
    throw new CommandError(`There is no autostart for ${os}`, {
      hint: "Let your system's own service manager run: geminitro start --no-interactive",
    });
  }
  return found;
}
