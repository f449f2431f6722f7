import type { AddedAccount, OAuthOutcome, OAuthRoom, Provider } from "../../oauth/mod.ts";
import { openAccounts } from "../accounts.ts";
import type { Command, Context } from "../command.ts";
import { CommandError, usageError } from "../command_error.ts";
import { followSignIn } from "../follow_sign_in.ts";
import { interrupted } from "../interrupted.ts";
import { openInBrowser } from "../open_in_browser.ts";
import { localUrl } from "../server_file.ts";

const NAMES: Readonly<Record<string, Provider>> = {
  "antigravity": "antigravity",
  "gemini-cli": "gemini_cli",
  "gemini_cli": "gemini_cli",
};

export const login: Command = {
  name: "login",
  summary: "Sign in with a Google account, or take over a sign-in of another program",
  usage: "<antigravity|gemini-cli>",
  examples: [
    { line: "geminitro login gemini-cli", says: "Opens Google's page and waits for it" },
    {
      line: "geminitro login antigravity --paste 'http://localhost:7536/oauth-callback?code=...'",
      says: "Finish",
    },
    { line: "geminitro login gemini-cli --import --yes", says: "Take over what Gemini CLI is signed in to" },
  ],
  options: [
    { name: "yes", short: "y", summary: "The warning about these sources was read" },
    { name: "no-browser", summary: "Only print Google's address" },
    {
      name: "paste",
      value: "<address>",
      summary: "Finish a sign-in with the address that the browser ended at",
    },
    { name: "import", summary: "Take over accounts of other programs on this machine" },
  ],
  takes: { least: 1, most: 1 },
  async run(context) {
    const provider = NAMES[context.args[0] ?? ""];
    if (provider === undefined) throw usageError("The source must be antigravity or gemini-cli");
    const room = await openAccounts(context);
    const pasted = context.text("paste");
    if (pasted !== undefined) return tell(context, valueOf(await room.paste({ provider, text: pasted })));
    await confirmWarning(context, room);
    if (context.flag("import")) return await takeOver(context, room, provider);
    tell(context, await signIn(context, room, provider));
  },
};

async function confirmWarning(context: Context, { warning }: OAuthRoom): Promise<void> {
  context.out.line(warning);
  if (context.flag("yes")) return;
  if (!context.interactive) {
    throw usageError(`This needs your consent. ${warning}`, "Without a terminal, give --yes.");
  }
  const { confirm, isCancel } = await import("@clack/prompts");
  const answer = await confirm({ message: "Sign in all the same?", initialValue: false });
  if (isCancel(answer) || answer !== true) {
    throw new CommandError("No account was added", { code: "cancelled" });
  }
}

async function takeOver(context: Context, room: OAuthRoom, provider: Provider): Promise<number> {
  const report = valueOf(await room.importFiles({ provider, confirmed: true }));
  context.out.json(report);
  for (const { email, renewed } of report.added) {
    context.out.line(`${renewed ? "Renewed" : "Added"} ${email}`);
  }
  for (const { name, message } of report.failed) context.out.line(`${name}: ${message}`);
  return report.failed.length > 0 ? 1 : 0;
}

async function signIn(context: Context, room: OAuthRoom, provider: Provider): Promise<AddedAccount> {
  const running = await context.server();
  const page = running === undefined ? {} : { page: localUrl({ ...running, host: "localhost" }) };
  const begun = valueOf(await room.signIn({ provider, confirmed: true, ...page }));
  if (running === undefined) listen(context, room, (await context.settings()).port);
  const ending = interrupted(context);
  context.out.line("Sign in at this address:");
  // It names a client and a state, no secret; redaction would break it.
  context.out.once(begun.authUrl);
  context.out.line(begun.hint);
  context.out.line("Waiting for Google's page; Ctrl-C ends it");
  if (!context.flag("no-browser")) void openInBrowser(begun.authUrl);
  return await followSignIn(room, begun.state, ending, {
    failed: `If the browser ended at a page that does not load: geminitro login ${
      context.args[0]
    } --paste '<its address>'`,
    stopped: running === undefined
      ? "Begin again when you like"
      : "The server still takes it for ten minutes when you finish it on Google's page",
  });
}

/** Without a server, this process is where Google sends the browser to. What comes of it is read from the sign-in's progress. */
function listen(context: Context, room: OAuthRoom, port: number): void {
  const answer = async (request: Request) => {
    const url = new URL(request.url);
    if (url.pathname !== "/oauth-callback") return new Response("Not here", { status: 404 });
    const done = await room.callback(url, undefined);
    return new Response(done.ok ? "Signed in. You can close this page." : done.error.message, {
      status: done.ok ? 200 : 400,
    });
  };
  try {
    const server = Deno.serve({ port, hostname: "127.0.0.1", onListen: () => {} }, answer);
    context.atEnd(() => server.shutdown());
  } catch (cause) {
    if (!(cause instanceof Deno.errors.AddrInUse)) throw cause;
    context.out.line(
      `Another program holds port ${port}, so the browser cannot come back here: paste the address it ends at`,
    );
  }
}

function tell({ out }: Context, account: AddedAccount): void {
  out.json(account);
  const done = account.renewed ? "Renewed" : "Added";
  if (account.problem === undefined) return out.line(`${done} ${account.email}; it serves from now on`);
  out.line(
    `${done} ${account.email}, but it cannot serve yet: ${account.problem} ${account.link ?? ""}`.trimEnd(),
  );
}

function valueOf<Value>(outcome: OAuthOutcome<Value>): Value {
  if (outcome.ok) return outcome.value;
  const { message, code, link } = outcome.error;
  throw new CommandError(message, { code, ...(link === undefined ? {} : { hint: link }) });
}
