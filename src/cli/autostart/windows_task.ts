import type { AutostartPlan } from "./plan.ts";
import { xmlText } from "./xml_text.ts";

/** The scheduled task: at sign-in, without elevation, without a time limit. cmd sends the output to the log, and conhost shows no window for it. */
export function windowsTask({ program, args, log, env }: AutostartPlan): string {
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
