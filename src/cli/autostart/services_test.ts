import assert from "node:assert/strict";
import { type AutostartPlan, SERVICE_KINDS, utf16 } from "./services.ts";

const PLAN: AutostartPlan = {
  program: "/opt/my tools/geminitro",
  args: ["start", "--no-splash", "50%$HOME"],
  log: "/data/logs/server.log",
  env: { GEMINITRO_HOME: '/data/<a> & "b"' },
};

Deno.test("systemdUnit() quotes what systemd would read otherwise", () => {
  const text = SERVICE_KINDS.linux.text(PLAN);
  assert.match(text, /^ExecStart="\/opt\/my tools\/geminitro" start --no-splash "?50%%\$\$HOME"?$/m);
  assert.match(text, /^Environment="GEMINITRO_HOME=\/data\/<a> & \\"b\\""$/m);
  assert.match(text, /^Restart=on-failure$/m);
  assert.match(text, /^StandardOutput=append:\/data\/logs\/server\.log$/m);
});

Deno.test("launchdPlist() escapes for XML, starts at sign-in and again after a crash", () => {
  const text = SERVICE_KINDS.darwin.text(PLAN);
  assert.match(text, /<string>\/data\/&lt;a&gt; &amp; &quot;b&quot;<\/string>/);
  assert.match(text, /<key>RunAtLoad<\/key><true\/>/);
  assert.match(text, /<key>SuccessfulExit<\/key><false\/>/);
  const args = [...text.matchAll(/^ {4}<string>(.*)<\/string>$/gm)].map((match) => match[1]);
  assert.deepEqual(args, [PLAN.program, ...PLAN.args]);
});

Deno.test("windowsTask() runs through cmd with a log, and its file is UTF-16 with a mark", () => {
  const text = SERVICE_KINDS.windows.text({ ...PLAN, env: { GEMINITRO_HOME: "C:\\data" } });
  assert.match(text, /&quot;\/opt\/my tools\/geminitro&quot; &quot;start&quot;/);
  assert.match(text, /&gt;&gt; &quot;\/data\/logs\/server\.log&quot; 2&gt;&amp;1/);
  assert.match(text, /<RunLevel>LeastPrivilege<\/RunLevel>/);
  const bytes = utf16("<é>");
  assert.deepEqual([...bytes], [0xff, 0xfe, 0x3c, 0, 0xe9, 0, 0x3e, 0]);
});

Deno.test("SERVICE_KINDS name the file and the tool of each platform", () => {
  const folders = { user: "/home/ada", home: "/home/ada/.geminitro" };
  assert.equal(SERVICE_KINDS.linux.file(folders), "/home/ada/.config/systemd/user/geminitro.service");
  assert.equal(SERVICE_KINDS.darwin.file(folders), "/home/ada/Library/LaunchAgents/ai.geminitro.plist");
  assert.deepEqual(SERVICE_KINDS.linux.install("f").at(-1), [
    "systemctl",
    "--user",
    "enable",
    "--now",
    "geminitro.service",
  ]);
  assert.deepEqual(SERVICE_KINDS.windows.remove("f"), [["schtasks", "/Delete", "/TN", "GemiNitro", "/F"]]);
});

Deno.test("a service of the system names its user and starts with the machine", () => {
  const text = SERVICE_KINDS.linux_system.text({ ...PLAN, user: "ada" });
  assert.match(text, /^User=ada$/m);
  assert.match(text, /^WantedBy=multi-user\.target$/m);
  assert.match(SERVICE_KINDS.linux.text(PLAN), /^WantedBy=default\.target$/m);
});
