import { type Command, type Context, usageError } from "../command.ts";
import { writeWholeFile } from "../../system/mod.ts";

export const sim: Command = {
  name: "sim",
  summary: "Serve the Gemini simulator alone, for tests and trials",
  usage: "",
  examples: [
    { line: "geminitro sim --port 8787", says: "Then GEMINI_API_URL=http://127.0.0.1:8787 geminitro start" },
    {
      line: "geminitro sim --accounts accounts.json",
      says: "Play Google's sign-in too, with an account in each state, to be taken over by login --import",
    },
    { line: "geminitro sim --latency 300 --speed 80", says: "Answer after 300 ms at 80 tokens a second" },
  ],
  options: [
    { name: "port", value: "<number>", summary: "Port to listen on; default any free one" },
    { name: "seed", value: "<number>", summary: "The same seed gives the same bytes; default 1" },
    { name: "latency", value: "<ms>", summary: "Milliseconds before every reply; default 0" },
    {
      name: "speed",
      value: "<tokens>",
      summary: "Tokens a second of streams; default as fast as they are read",
    },
    {
      name: "accounts",
      value: "<file>",
      summary:
        "Play Google's sign-in with a healthy account and one sick in each way; their tokens go into this file",
    },
    { name: "no-quota", summary: "Count no quota" },
    { name: "no-agent", summary: "Answer prompts about files with plain text instead of tool calls" },
  ],
  takes: { least: 0, most: 0 },
  async run(context) {
    const { serveSimulator, sampleProjects } = await import("../../sim/mod.ts");
    const port = context.number("port") ?? 0;
    if (port > 65_535) throw usageError("--port must be at most 65535");
    const seed = context.number("seed");
    const speed = context.number("speed", 1);
    const asked = context.services.endSignal();
    const projects = sampleProjects();
    const simulator = serveSimulator({
      port,
      projects,
      ...(seed === undefined ? {} : { seed }),
      ...(speed === undefined ? {} : { tokensPerSecond: speed }),
      latencyMs: context.number("latency") ?? 0,
      quota: !context.flag("no-quota"),
      agentMode: !context.flag("no-agent"),
    });
    context.atEnd(() => simulator.close());
    const file = context.text("accounts");
    const accounts = file === undefined ? undefined : await playAccounts(context, file);
    context.out.json({
      url: simulator.url,
      ...(accounts === undefined ? {} : { settings: accounts.settings }),
    });
    context.out.line(`The simulator listens at ${simulator.url}`);
    // Made-up keys of the simulator, not secrets of anybody.
    context.out.once(`Its keys: ${projects.flatMap(({ keys }) => keys).join(", ")}`);
    if (accounts !== undefined) logAccounts(context, accounts, file ?? "");
    await asked;
  },
};

interface PlayedAccounts {
  readonly settings: Readonly<Record<string, string>>;
  readonly rows: readonly (readonly [email: string, says: string])[];
}

/** Serves Google's sign-in and Code Assist with every sample account, and writes a file for `login --import`. */
async function playAccounts(context: Context, file: string): Promise<PlayedAccounts> {
  const [{ SAMPLE_ACCOUNTS, sampleEmail, serveOAuthSimulator }, { systemClock }] = await Promise.all([
    import("../../sim/mod.ts"),
    import("../../system/mod.ts"),
  ]);
  const google = serveOAuthSimulator({ clock: systemClock });
  context.atEnd(() => google.close());
  const rows = Object.entries(SAMPLE_ACCOUNTS).map(([name, { says, make }]) => {
    const email = sampleEmail(name);
    make(google.control.account(email));
    return [email, says] as const;
  });
  const accounts = rows.map(([email]) => ({
    type: "antigravity",
    email,
    refresh_token: google.control.issueRefreshToken(email),
  }));
  await writeWholeFile(file, `${JSON.stringify(accounts, null, 2)}\n`);
  return { settings: google.settings, rows };
}

function logAccounts({ out }: Context, { settings, rows }: PlayedAccounts, file: string): void {
  out.line();
  out.table(["ACCOUNT", "IT"], rows);
  out.line();
  out.line("Start with these settings, then: geminitro login --import " + file);
  // Invented, like the keys.
  for (const [name, value] of Object.entries(settings)) out.once(`${name}=${value}`);
}
