import { type AutostartPlan, LAUNCHD_LABEL } from "./plan.ts";
import { xmlText } from "./xml_text.ts";

/** The agent's property list: at sign-in, again after a crash, never after an orderly end. */
export function launchdPlist({ program, args, log, env }: AutostartPlan): string {
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
