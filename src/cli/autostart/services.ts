import { join } from "@std/path";
import { type Environment, SETTINGS_TABLE, userFolder } from "../../config/mod.ts";
import { CommandError, type Context, usageError } from "../command.ts";
import { oneOf } from "../read_arguments.ts";
import { selfCommand } from "../self_command.ts";
import { logPath } from "../spawn_server.ts";

/** One command of the platform's tool. */
export type ToolCall = readonly [program: string, ...args: string[]];

/** How a platform keeps a service of the user. */
export interface ServiceKind {
  readonly file: (folders: { readonly user: string; readonly home: string }) => string;
  readonly text: (plan: AutostartPlan) => string;
  readonly bytes: (text: string) => Uint8Array;
  /** Run after the file was written; the first failure is reported. */
  readonly install: (file: string) => readonly ToolCall[];
  /** Run before the file is removed; failures are ignored. */
  readonly remove: (file: string) => readonly ToolCall[];
}

const utf8 = (text: string) => new TextEncoder().encode(text);

export const SERVICE_KINDS: Readonly<Record<Platform, ServiceKind>> = {
  darwin: {
    file: ({ user }) => join(user, "Library", "LaunchAgents", `${LAUNCHD_LABEL}.plist`),
    text: launchdPlist,
    bytes: utf8,
    install: (file) => [["launchctl", "bootstrap", domain(), file]],
    remove: () => [["launchctl", "bootout", `${domain()}/${LAUNCHD_LABEL}`]],
  },
  linux: {
    file: ({ user }) => join(user, ".config", "systemd", "user", SYSTEMD_UNIT),
    text: systemdUnit,
    bytes: utf8,
    install: () => [
      ["systemctl", "--user", "daemon-reload"],
      ["systemctl", "--user", "enable", "--now", SYSTEMD_UNIT],
    ],
    remove: () => [["systemctl", "--user", "disable", "--now", SYSTEMD_UNIT]],
  },
  linux_system: {
    file: () => `/etc/systemd/system/${SYSTEMD_UNIT}`,
    text: systemdUnit,
    bytes: utf8,
    install: () => [["systemctl", "daemon-reload"], ["systemctl", "enable", "--now", SYSTEMD_UNIT]],
    remove: () => [["systemctl", "disable", "--now", SYSTEMD_UNIT]],
  },
  windows: {
    file: ({ home }) => join(home, "autostart.xml"),
    text: windowsTask,
    bytes: utf16,
    install: (file) => [
      ["schtasks", "/Create", "/TN", WINDOWS_TASK, "/XML", file, "/F"],
      ["schtasks", "/Run", "/TN", WINDOWS_TASK],
    ],
    remove: () => [["schtasks", "/Delete", "/TN", WINDOWS_TASK, "/F"]],
  },
};

function domain(): string {
  return `gui/${Deno.uid() ?? 501}`;
}

/** The program to run at sign-in, on any platform. */
export interface AutostartPlan {
  readonly program: string;
  readonly args: readonly string[];
  /** Where the output goes. */
  readonly log: string;
  /** Variables that the service needs; no secret among them. */
  readonly env: Readonly<Record<string, string>>;
  /** The user that a system service runs as; absent for a service of the user. */
  readonly user?: string;
}

type Platform = "darwin" | "linux" | "linux_system" | "windows";

/** Name of the launchd agent. */
const LAUNCHD_LABEL = "ai.geminitro";
const SYSTEMD_UNIT = "geminitro.service";
const WINDOWS_TASK = "GemiNitro";

/** Escapes a text for XML. */
function xmlText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll(
    '"',
    "&quot;",
  );
}

/** The agent's property list: starts at sign-in, again after a crash, not after an orderly end. */
function launchdPlist({ program, args, log, env }: AutostartPlan): string {
  const text = (value: string) => `<string>${xmlText(value)}</string>`;
  const variables = Object.entries(env).map(([name, value]) =>
    `    <key>${xmlText(name)}</key>${text(value)}`
  );
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key>${text(LAUNCHD_LABEL)}
  <key>ProgramArguments</key>
  <array>
${[program, ...args].map((arg) => `    ${text(arg)}`).join("\n")}
  </array>
  <key>EnvironmentVariables</key>
  <dict>
${variables.join("\n")}
  </dict>
  <key>RunAtLoad</key><true/>
  <key>KeepAlive</key>
  <dict>
    <key>SuccessfulExit</key><false/>
  </dict>
  <key>ThrottleInterval</key><integer>10</integer>
  <key>StandardOutPath</key>${text(log)}
  <key>StandardErrorPath</key>${text(log)}
</dict>
</plist>
`;
}

/**
 * The unit: starts with the session, or at boot if it names a user; restarts after a crash; stopping lets calls
 * end.
 */
function systemdUnit({ program, args, log, env, user }: AutostartPlan): string {
  const variables = Object.entries(env).map(([name, value]) => `Environment=${quoted(`${name}=${value}`)}`);
  return `[Unit]
Description=GemiNitro, a proxy that pools Gemini keys
After=network-online.target

[Service]
${user === undefined ? "" : `User=${user}\n`}ExecStart=${
    [program, ...args].map((part) => quoted(part).replaceAll("$", "$$$$")).join(" ")
  }
${variables.join("\n")}
Restart=on-failure
RestartSec=5
TimeoutStopSec=30
StandardOutput=append:${log.replaceAll("%", "%%")}
StandardError=append:${log.replaceAll("%", "%%")}

[Install]
WantedBy=${user === undefined ? "default" : "multi-user"}.target
`;
}

/** Quotes a text for systemd: quotes and backslashes escaped, per cent signs doubled (systemd.syntax(7)). */
function quoted(text: string): string {
  const escaped = text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("%", "%%");
  return /^[\w@%+=:,./-]+$/.test(escaped) ? escaped : `"${escaped}"`;
}

/**
 * The scheduled task: at sign-in, without elevation, without a time limit. cmd redirects the output to the log,
 * and conhost runs it without a window.
 */
function windowsTask({ program, args, log, env }: AutostartPlan): string {
  const set = Object.entries(env).map(([name, value]) => `set "${name}=${value}" && `).join("");
  const line = [program, ...args].map((part) => `"${part}"`).join(" ");
  return `<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo><Description>GemiNitro, a proxy that pools Gemini keys</Description></RegistrationInfo>
  <Triggers><LogonTrigger><Enabled>true</Enabled></LogonTrigger></Triggers>
  <Principals>
    <Principal id="Author"><LogonType>InteractiveToken</LogonType><RunLevel>LeastPrivilege</RunLevel></Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <Hidden>true</Hidden>
    <RestartOnFailure><Interval>PT1M</Interval><Count>10</Count></RestartOnFailure>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>conhost.exe</Command>
      <Arguments>${xmlText(`--headless cmd.exe /d /c "${set}${line} >> "${log}" 2>&1"`)}</Arguments>
    </Exec>
  </Actions>
</Task>
`;
}

/** A task file must be UTF-16 with a byte order mark. */
export function utf16(text: string): Uint8Array {
  const bytes = new Uint8Array(2 + text.length * 2);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0xfeff, true);
  for (let index = 0; index < text.length; index++) {
    view.setUint16(2 + index * 2, text.charCodeAt(index), true);
  }
  return bytes;
}

const PLATFORMS = ["darwin", "linux", "windows"] as const;

/** The service of this machine, or of the platform that --platform names. */
interface CurrentService {
  readonly kind: ServiceKind;
  readonly file: string;
  readonly plan: AutostartPlan;
  readonly home: string;
  /** Names of secrets in this shell's environment that the service will not have. */
  readonly left: readonly string[];
  /** The program is in a folder that is cleared from time to time. */
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

/** Splits this shell's environment into variables for the service and secrets, of which only the names are shown. */
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
