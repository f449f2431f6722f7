import { ok, type SourceOf, sourcesOf } from "../core/mod.ts";
import type { AccountAdder } from "./account_adder.ts";
import type {
  AddedAccount,
  ImportReport,
  OAuthOutcome,
  OAuthService,
  PreviewedAccount,
  Provider,
} from "./contract.ts";
import { type Importable, readImport, type Skipped, USUAL_PLACES } from "./import_formats.ts";
import type { OAuthOptions } from "./oauth_options.ts";
import { refuse, unconfirmed } from "./problem.ts";

type Input = Parameters<OAuthService["importFiles"]>[0];
type Source = SourceOf<"oauth" | "service_account">;

/** Vertex AI serves the newest models only here. */
const DEFAULT_LOCATION = "global";

/** An account with the source that it goes to. */
interface Placed {
  readonly account: Importable;
  readonly source: Source;
}

interface Plan {
  readonly placed: readonly Placed[];
  readonly skipped: readonly Skipped[];
}

/**
 * Imports accounts of other programs, one after another, with a result for each. With `preview` nothing is asked
 * or stored.
 */
export async function importAccounts(
  options: OAuthOptions,
  adder: AccountAdder,
  input: Input,
): Promise<OAuthOutcome<ImportReport>> {
  const files = input.files ??
    (input.text === undefined ? undefined : [{ name: "the text", text: input.text }]);
  const plan = files === undefined
    ? await planUsualPlaces(options, input.provider)
    : planFiles(files, input.provider);
  if (plan.placed.length === 0) return nothingFound(input, files !== undefined, plan.skipped);
  const { skipped } = plan;
  if (input.preview === true) {
    return ok({ added: [], failed: [], skipped, preview: plan.placed.map(previewed) });
  }
  if (!input.confirmed && plan.placed.some(({ source }) => source !== "vertex")) return unconfirmed();
  const added: AddedAccount[] = [];
  const failed: Skipped[] = [];
  for (const { account, source } of plan.placed) {
    const outcome = account.kind === "vertex"
      ? await adder.addVertex(account.file, account.name, input.location ?? DEFAULT_LOCATION)
      : await adder.addByToken(source as Provider, account.refreshToken, howOf(account, input.proxy));
    if (outcome.ok) added.push(outcome.value);
    else failed.push({ name: account.name, message: outcome.error.message });
  }
  return ok({ added, failed, skipped });
}

function howOf(account: Importable & { kind: "token" }, asked: string | undefined) {
  const proxy = asked ?? account.proxy;
  return {
    ...(proxy === undefined ? {} : { proxy }),
    ...(account.off === true ? { off: true } : {}),
  };
}

function previewed({ account, source }: Placed): PreviewedAccount {
  if (account.kind === "vertex") return { name: account.name, source, enabled: true };
  const { name, proxy, off } = account;
  return {
    name,
    source,
    enabled: off !== true,
    ...(proxy === undefined ? {} : { proxy: withoutPassword(proxy) }),
  };
}

function withoutPassword(proxy: string): string {
  const url = URL.parse(proxy);
  return url === null ? "not a URL" : `${url.protocol}//${url.host}`;
}

/** The account's source: the requested one, else the file's; undefined without either. */
function place(account: Importable, asked: Source | undefined, usual: Source | undefined): Source | string {
  if (account.kind === "vertex") {
    return asked === undefined || asked === "vertex"
      ? "vertex"
      : "It is a Google Cloud credentials file: choose vertex";
  }
  if (asked === "vertex") {
    return "It is a sign-in, not a Google Cloud credentials file: choose antigravity or gemini-cli";
  }
  return asked ?? account.provider ?? usual ??
    "The file does not say what the account is for: choose antigravity or gemini-cli";
}

const PLACED: readonly Source[] = [...sourcesOf("oauth"), ...sourcesOf("service_account")];
const isSource = (text: string): text is Source => PLACED.some((source) => source === text);

function planFile(
  { name, text }: { readonly name: string; readonly text: string },
  asked?: Source,
  usual?: Source,
): Plan {
  const { found, skipped } = readImport(text);
  if (found.length === 0 && skipped.length === 0) {
    return { placed: [], skipped: [{ name, message: "It is no accounts file of a known program" }] };
  }
  const placed: Placed[] = [];
  const left: Skipped[] = skipped.map((one) => ({
    ...one,
    name: name === "the text" ? one.name : `${name}: ${one.name}`,
  }));
  for (const account of found) {
    const source = place(account, asked, usual);
    if (isSource(source)) placed.push({ account, source });
    else left.push({ name: account.name, message: source });
  }
  return { placed, skipped: left };
}

function planFiles(files: readonly { readonly name: string; readonly text: string }[], asked?: Source): Plan {
  const plans = files.map((file) => planFile(file, asked));
  return { placed: plans.flatMap(({ placed }) => placed), skipped: plans.flatMap(({ skipped }) => skipped) };
}

async function planUsualPlaces(options: OAuthOptions, asked: Source | undefined): Promise<Plan> {
  const { userFolder, readFile = Deno.readTextFile } = options;
  if (userFolder === undefined) return { placed: [], skipped: [] };
  const places = PLACED
    .filter((one) => asked === undefined ? one !== "vertex" : one === asked)
    .flatMap((source) => USUAL_PLACES[source].map((path) => ({ source, path })));
  const plans = await Promise.all(places.map(async ({ source, path }): Promise<Plan> => {
    const text = await readFile(`${userFolder}/${path}`).catch(() => undefined);
    return text === undefined ? { placed: [], skipped: [] } : planFile({ name: path, text }, asked, source);
  }));
  return { placed: plans.flatMap(({ placed }) => placed), skipped: plans.flatMap(({ skipped }) => skipped) };
}

/** Refusals name the first reasons; a long list would hide them. */
const MOST_REASONS = 3;

function nothingFound({ provider }: Input, given: boolean, skipped: readonly Skipped[]) {
  const reasons = skipped.slice(0, MOST_REASONS).map(({ name, message }) => `${name}: ${message}`).join("; ");
  if (!given) {
    return refuse(
      404,
      "nothing_found",
      `No accounts of opencode, Antigravity or Gemini CLI were found on this machine; give a file.${
        reasons === "" ? "" : ` ${reasons}.`
      }`,
    );
  }
  const unsure = skipped.some(({ message }) => message.startsWith("The file does not say"));
  if (unsure) {
    return refuse(422, "provider_required", `Nothing was taken. ${reasons}.`, { param: "provider" });
  }
  const wanted = provider === undefined ? "" : ` for ${provider}`;
  return refuse(
    422,
    "unknown_file",
    `Nothing was taken${wanted}. ${reasons}. Files of opencode, Antigravity, agy, Antigravity-Manager, CLIProxyAPI, ` +
      "gcli2api, Gemini CLI and Google Cloud are read, and refresh tokens one a line.",
    { param: "text" },
  );
}
