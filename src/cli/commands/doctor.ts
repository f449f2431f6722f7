import { envFilePath, loadSettings, misspeltSettings, readEnvFile, type Settings } from "../../config/mod.ts";
import type { Command, Context } from "../command.ts";
import { environmentPlace } from "../command_context.ts";
import { type Finding, good, odd, wrong } from "../doctor/finding.ts";
import { runningServer } from "../server_file.ts";

export const doctor: Command = {
  name: "doctor",
  summary:
    "Check settings, files, database, keys, accounts, clock, upstream, port and agents, and say what to do",
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
  const [checks, { openAccounts }, { agentService }] = await Promise.all([
    import("../doctor/checks.ts"),
    import("../accounts.ts"),
    import("../agents/agent_service.ts"),
  ]);
  const running = await runningServer(settings.home).catch(() => undefined);
  const offline = context.flag("offline");
  return [
    ...await safely("settings", () => checkNames(context)),
    ...await safely("files", () => checks.checkFiles(settings)),
    ...await safely("database", () => checks.checkStore(settings)),
    ...(settings.kv === ":memory:"
      ? []
      : await safely("accounts", async () =>
        await checks.checkAccounts(await openAccounts(context), Date.now()))),
    ...await safely("port", async () => [await checks.checkPort(settings, running)]),
    ...await safely("agents", async () => [await checks.checkAgents(await agentService(context))]),
    ...(offline ? [] : await safely("upstream", () => checks.checkUpstream(settings.geminiApiUrl))),
  ];
}

/** Runs one check; an exception becomes a finding, so that the other checks still run. */
async function safely(name: string, check: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  try {
    return await check();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return [
      wrong(name, `It could not be looked at: ${reason}`, "Check who owns the data folder and what is in it"),
    ];
  }
}

/** Finds misspelt settings in `.env` and the environment. */
async function checkNames(context: Context): Promise<readonly Finding[]> {
  const path = envFilePath(environmentPlace(context.services));
  const file = path === undefined ? {} : await readEnvFile(path);
  return misspeltSettings(context.services.env, file, path)
    .map((message) => odd("settings", message, "Correct the name or take it out"));
}

function linesOf({ name, state, message, advice }: Finding, { out }: Context): string[] {
  const { style } = out;
  const mark = { good: style.green("ok"), odd: style.yellow("!!"), wrong: style.red("no") }[state];
  return [
    `${mark}  ${name.padEnd(9)} ${message}`,
    ...(advice === undefined ? [] : [`              ${advice}`]),
  ];
}
