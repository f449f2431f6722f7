import type { AutostartPlan } from "./plan.ts";

/** The unit: with the session, or with the machine where it names a user; again after a crash; stopping lets calls end. */
export function systemdUnit({ program, args, log, env, user }: AutostartPlan): string {
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

/** As systemd reads it: quotes and backslashes escaped, per cent signs doubled (systemd.syntax(7)). */
function quoted(text: string): string {
  const escaped = text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("%", "%%");
  return /^[\w@%+=:,./-]+$/.test(escaped) ? escaped : `"${escaped}"`;
}
