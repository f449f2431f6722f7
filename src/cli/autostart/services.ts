import { join } from "node:path";
import { launchdPlist } from "./launchd_plist.ts";
import { type AutostartPlan, LAUNCHD_LABEL, type Platform, SYSTEMD_UNIT, WINDOWS_TASK } from "./plan.ts";
import { systemdUnit } from "./systemd_unit.ts";
import { utf16, windowsTask } from "./windows_task.ts";

/** One command of the platform's tool. */
export type ToolCall = readonly [program: string, ...args: string[]];

/** How a platform keeps a service of the user. */
export interface ServiceKind {
  readonly file: (folders: { readonly user: string; readonly home: string }) => string;
  readonly text: (plan: AutostartPlan) => string;
  readonly bytes: (text: string) => Uint8Array;
  /** Run after the file was written; the first that fails is told. */
  readonly install: (file: string) => readonly ToolCall[];
  /** Run before the file is removed; a failure is no harm. */
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
