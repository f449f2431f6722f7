import { loadSettings, type Settings } from "../../config/mod.ts";
import type { Command, Context } from "../command.ts";
import { type Finding, good, wrong } from "../doctor/finding.ts";
import { runningServer } from "../server_file.ts";

export const doctor: Command = {
  name: "doctor",
  summary: "Check settings, files, database, keys, clock, upstream, port and agents, and say what to do",
  usage: "",
  examples: [
    { line: "geminitro doctor", says: "Exit code 1 when something is wrong" },
    { line: "geminitro doctor --offline", says: "Ask nothing of Google" },
  ],
  options: [{ name: "offline", summary: "Leave out what needs the network" }],
  takes: { least: 0, most: 0 },
  async run(context) {
    const findings = await examine(context);
    const failed = findings.some(({ state }) => state === "wrong");
    context.out.json({ ok: !failed, findings });
    for (const finding of findings) for (const line of linesOf(finding, context)) context.out.line(line);
    context.out.line();
    context.out.line(failed ? "Something is wrong: see above." : "Nothing is wrong.");
    return failed ? 1 : 0;
  },
};

async function examine(context: Context): Promise<readonly Finding[]> {
  const settings = loadSettings(await context.env());
  if (!settings.ok) {
    return settings.error.map(({ message }) =>
      wrong("settings", message, "Correct it in the environment or in .env")
    );
  }
  return [good("settings", "All settings parse"), ...await examineMachine(context, settings.value)];
}

async function examineMachine(context: Context, settings: Settings): Promise<readonly Finding[]> {
  const [
    { checkFiles },
    { checkStore },
    { checkPort },
    { checkUpstream },
    { checkAgents },
    { agentRoom },
  ] = await Promise.all([
    import("../doctor/check_files.ts"),
    import("../doctor/check_store.ts"),
    import("../doctor/check_port.ts"),
    import("../doctor/check_upstream.ts"),
    import("../doctor/check_agents.ts"),
    import("../agents/agent_room.ts"),
  ]);
  const running = await runningServer(settings.home);
  const files = await checkFiles(settings);
  return [
    ...files,
    ...await checkStore(settings),
    await checkPort(settings, running),
    await checkAgents(await agentRoom(context)),
    ...(context.flag("offline") ? [] : await checkUpstream(settings.geminiApiUrl)),
  ];
}

function linesOf({ name, state, message, advice }: Finding, { out }: Context): string[] {
  const { style } = out;
  const mark = { good: style.green("ok"), odd: style.yellow("!!"), wrong: style.red("no") }[state];
  return [
    `${mark}  ${name.padEnd(9)} ${message}`,
    ...(advice === undefined ? [] : [`              ${advice}`]),
  ];
}
