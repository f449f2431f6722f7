import type { AddedAccount, OAuthOutcome, OAuthService, Provider } from "../../oauth/mod.ts";
import type { Settings } from "../../config/mod.ts";
import { openAccounts } from "../accounts.ts";
import { type Command, CommandError, type Context, usageError } from "../command.ts";
import { interrupted } from "../watch.ts";
import { openInBrowser } from "../open_in_browser.ts";
import { localUrl } from "../server_file.ts";
import { delay } from "@std/async";

const NAMES: Readonly<Record<string, Provider>> = {
  "antigravity": "antigravity",
  "gemini-cli": "gemini_cli",
  "gemini_cli": "gemini_cli",
};

export const login: Command = {
  name: "login",
  summary: "Sign in with a Google account, or take over a sign-in of another program",
  usage: "[antigravity|gemini-cli] [file]...",
  examples: [
    { line: "geminitro login gemini-cli", says: "Opens Google's page and waits for it" },
    {
      line: "geminitro login antigravity --paste 'http://localhost:7536/oauth-callback?code=...'",
      says: "Finish",
    },
    { line: "geminitro login gemini-cli --import --yes", says: "Take over what Gemini CLI is signed in to" },
    {
      line: "geminitro login --import accounts.json more.json --preview",
      says: "Say what would be taken from files of other programs, and what not",
    },
    { line: "geminitro login antigravity --import - < tokens.txt", says: "Refresh tokens, one a line" },
  ],
  options: [
    { name: "yes", short: "y", summary: "The warning about these sources was read" },
    {
      name: "headless",
      summary: "No browser here: Google shows a code to paste; only for clients that are registered for it",
    },
    { name: "no-browser", summary: "Only print Google's address" },
    {
      name: "paste",
      value: "<address>",
      summary: "Finish a sign-in with the address that the browser ended at",
    },
    { name: "import", summary: "Take over accounts from files, from - (standard input), or of this machine" },
    { name: "preview", summary: "With --import: only say what would be taken" },
    { name: "proxy", value: "<url>", summary: "The account's own outbound proxy: http, https or socks5" },
  ],
  takes: { least: 0, most: 201 },
  async run(context) {
    const { provider, files } = readWords(context);
    if (context.flag("import")) return await takeOver(context, provider, files);
    if (provider === undefined || files.length > 0) {
      throw usageError("The source must be antigravity or gemini-cli; files need --import");
    }
    const service = await openAccounts(context);
    const pasted = context.text("paste");
    if (pasted !== undefined) {
      return logAccount(context, valueOf(await service.paste({ provider, text: pasted })));
    }
    await confirmWarning(context, service);
    logAccount(context, await signIn(context, service, provider));
  },
};

async function confirmWarning(context: Context, { warning }: OAuthService): Promise<void> {
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

/** The first word may be the source; with --import the others are files. */
function readWords(
  { args }: Context,
): { readonly provider: Provider | undefined; readonly files: readonly string[] } {
  const provider = Object.hasOwn(NAMES, args[0] ?? "") ? NAMES[args[0]!] : undefined;
  return { provider, files: provider === undefined ? args : args.slice(1) };
}

/** The largest file that is read, as in the API. */
const MOST_BYTES = 1_000_000;

async function readFiles(
  names: readonly string[],
): Promise<readonly { readonly name: string; readonly text: string }[]> {
  return await Promise.all(names.map(async (name) => {
    const bytes = name === "-" ? await new Response(Deno.stdin.readable).bytes() : await readFile(name);
    if (bytes.byteLength > MOST_BYTES) throw new CommandError(`${name} is larger than ${MOST_BYTES} bytes`);
    return { name: name === "-" ? "standard input" : name, text: textOf(bytes) };
  }));
}

async function readFile(name: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await Deno.readFile(name);
  } catch (cause) {
    const why = cause instanceof Deno.errors.NotFound
      ? "it is not there"
      : cause instanceof Error
      ? cause.message
      : cause;
    throw new CommandError(`${name} cannot be read: ${why}`, { code: "unreadable_file" });
  }
}

/** Windows programs write UTF-16 with a byte order mark. */
function textOf(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const encoding = first === 0xff && second === 0xfe
    ? "utf-16le"
    : first === 0xfe && second === 0xff
    ? "utf-16be"
    : "utf-8";
  return new TextDecoder(encoding).decode(bytes);
}

async function takeOver(
  context: Context,
  provider: Provider | undefined,
  names: readonly string[],
): Promise<number> {
  const files = await readFiles(names);
  const service = await openAccounts(context);
  const preview = context.flag("preview");
  if (!preview) await confirmWarning(context, service);
  const report = valueOf(
    await service.importFiles({
      confirmed: true,
      preview,
      ...(provider === undefined ? {} : { provider }),
      ...(files.length === 0 ? {} : { files }),
      ...ownProxy(context),
    }),
  );
  context.out.json(report);
  for (const { name, source, enabled, proxy } of report.preview ?? []) {
    const notes = [enabled ? "" : "switched off", proxy === undefined ? "" : `through ${proxy}`].filter((
      note,
    ) => note !== "");
    context.out.line(`Would take ${name} for ${source}${notes.length === 0 ? "" : ` (${notes.join(", ")})`}`);
  }
  for (const account of report.added) logAdded(context, account);
  for (const { name, message } of report.failed) context.out.line(`Refused ${name}: ${message}`);
  for (const { name, message } of report.skipped) context.out.line(`Left out ${name}: ${message}`);
  return report.failed.length + report.skipped.length > 0 ? 1 : 0;
}

async function signIn(context: Context, service: OAuthService, provider: Provider): Promise<AddedAccount> {
  if (context.flag("headless")) return await signInByCode(context, service, provider);
  const running = await context.server();
  const port = running === undefined ? listen(context, service, await context.settings()) : undefined;
  const page = running !== undefined
    ? { page: localUrl({ ...running, host: "localhost" }) }
    : port === undefined
    ? {}
    : { page: `http://localhost:${port}/` };
  const begun = valueOf(await service.signIn({ provider, confirmed: true, ...page, ...ownProxy(context) }));
  const ending = interrupted(context);
  context.out.line("Sign in at this address:");
  // It contains a client id and a state but no secret; redaction would break it.
  context.out.once(begun.authUrl);
  context.out.line(begun.hint);
  context.out.line("Waiting for Google's page; Ctrl-C ends it");
  if (!context.flag("no-browser")) void openInBrowser(begun.authUrl);
  return await followSignIn(service, begun.state, ending, {
    failed: `If the browser ended at a page that does not load: geminitro login ${
      context.args[0]
    } --paste '<its address>'`,
    stopped: running === undefined
      ? "Begin again when you like"
      : "The server still takes it for ten minutes when you finish it on Google's page",
  });
}

/** Google's own page shows the code; it is pasted here, or by `login --paste` elsewhere. */
async function signInByCode(
  context: Context,
  service: OAuthService,
  provider: Provider,
): Promise<AddedAccount> {
  const begun = valueOf(
    await service.signIn({ provider, confirmed: true, headless: true, ...ownProxy(context) }),
  );
  context.out.line("Sign in at this address, in any browser:");
  // It contains a client id and a state but no secret; redaction would break it.
  context.out.once(begun.authUrl);
  context.out.line(begun.hint);
  if (context.interactive) {
    const { isCancel, password } = await import("@clack/prompts");
    // Not shown: anybody who sees the code could try to use it.
    const code = await password({ message: "The code" });
    if (isCancel(code)) throw new CommandError("No account was added", { code: "cancelled" });
    return valueOf(await service.paste({ provider, text: code }));
  }
  const finish = `geminitro login ${context.args[0]} --paste '<the code>'`;
  // Set up before the message that it waits, as the reader may interrupt it at once.
  const ending = interrupted(context);
  context.out.line(`Waiting for ${finish}; Ctrl-C ends it`);
  return await followSignIn(service, begun.state, ending, {
    failed: finish,
    stopped: "Begin again",
  });
}

function ownProxy(context: Context): { readonly proxy?: string } {
  const proxy = context.text("proxy");
  return proxy === undefined ? {} : { proxy };
}

/**
 * Without a server, this process serves the callback: at the server's port or, if another program holds that, at
 * a free one, as Google allows any port on this machine. Returns the port. The result is read from the sign-in's
 * progress.
 */
function listen(
  context: Context,
  service: OAuthService,
  { port, oauthCallbackPort }: Pick<Settings, "port" | "oauthCallbackPort">,
): number | undefined {
  const answer = async (request: Request) => {
    const url = new URL(request.url);
    if (url.pathname !== "/oauth-callback") return new Response("Not here", { status: 404 });
    const done = await service.callback(url, undefined);
    return new Response(done.ok ? "Signed in. You can close this page." : done.error.message, {
      status: done.ok ? 200 : 400,
    });
  };
  // A configured port may be one that other machines reach: no other port will do.
  for (const wanted of oauthCallbackPort === undefined ? [port, 0] : [oauthCallbackPort]) {
    try {
      const server = Deno.serve({ port: wanted, hostname: "127.0.0.1", onListen: () => {} }, answer);
      context.atEnd(() => server.shutdown());
      return server.addr.port;
    } catch (cause) {
      if (!(cause instanceof Deno.errors.AddrInUse)) throw cause;
    }
  }
  context.out.line(
    `Another program holds port ${oauthCallbackPort}, so the browser cannot come back here: paste the address it ends at`,
  );
  return oauthCallbackPort;
}

function logAccount(context: Context, account: AddedAccount): void {
  context.out.json(account);
  logAdded(context, account);
}

function logAdded({ out }: Context, account: AddedAccount): void {
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

const STEP_MS = 500;

/**
 * Waits until a sign-in has ended, whoever ends it: this process, the running server, or a paste elsewhere. Throws with
 * Google's refusal, after ten minutes, or when `ending` aborts; the hints say what is left to do then.
 */
async function followSignIn(
  service: Pick<OAuthService, "progress">,
  state: string,
  ending: AbortSignal,
  hints: { readonly failed: string; readonly stopped: string },
): Promise<AddedAccount> {
  while (!ending.aborted) {
    const { status, account, message } = await service.progress(state);
    if (status === "done" && account !== undefined) return account;
    if (status !== "pending") {
      throw new CommandError(message ?? "This sign-in is not known any more; sign in again", {
        code: "sign_in_failed",
        hint: hints.failed,
      });
    }
    await delay(STEP_MS, { signal: ending }).catch(() => {});
  }
  throw new CommandError("The sign-in was stopped, so no account was added", {
    code: "cancelled",
    hint: hints.stopped,
  });
}
