import { ok } from "../core/mod.ts";
import type { AccountAdder } from "./account_adder.ts";
import type { AddedAccount, ImportReport, OAuthOutcome, OAuthRoom, Provider } from "./contract.ts";
import { type Importable, readImport, USUAL_PLACES } from "./import_formats.ts";
import type { OAuthOptions } from "./oauth_options.ts";
import { refuse, unconfirmed } from "./problem.ts";

type Input = Parameters<OAuthRoom["importFiles"]>[0];

/** Vertex AI serves the newest models only here. */
const DEFAULT_LOCATION = "global";

/** Takes over accounts of other programs, one after another; each says how it went. */
export async function importAccounts(
  options: OAuthOptions,
  adder: AccountAdder,
  input: Input,
): Promise<OAuthOutcome<ImportReport>> {
  const found = input.text === undefined
    ? await fromUsualPlaces(options, input.provider)
    : readImport(input.text);
  if (found === undefined || found.length === 0) return nothingFound(input);
  const all = input.provider === undefined ? found : found.filter((one) => matches(one, input.provider));
  if (all.length === 0) return nothingFound(input);
  if (!input.confirmed && all.some((one) => one.kind === "token")) return unconfirmed();
  const added: AddedAccount[] = [];
  const failed: { name: string; message: string }[] = [];
  for (const one of all) {
    const outcome = one.kind === "vertex"
      ? await adder.addVertex(one.file, one.name, input.location ?? DEFAULT_LOCATION)
      : await adder.addByToken(one.provider ?? input.provider as Provider, one.refreshToken);
    if (outcome.ok) added.push(outcome.value);
    else failed.push({ name: one.name, message: outcome.error.message });
  }
  return ok({ added, failed });
}

function matches(one: Importable, provider: Input["provider"]): boolean {
  return (one.kind === "vertex") === (provider === "vertex");
}

function nothingFound({ text, provider }: Input) {
  return text === undefined
    ? refuse(
      404,
      "nothing_found",
      "No accounts of opencode or Gemini CLI were found on this machine; give a file's text.",
    )
    : refuse(
      422,
      "unknown_file",
      `The text is no accounts file${
        provider === undefined ? "" : ` for ${provider}`
      }: give opencode's accounts, Gemini CLI's ` +
        "credentials or a Google Cloud credentials file.",
      { param: "text" },
    );
}

async function fromUsualPlaces(
  options: OAuthOptions,
  provider: Input["provider"],
): Promise<readonly Importable[]> {
  const { userFolder, readFile = Deno.readTextFile } = options;
  if (userFolder === undefined) return [];
  const places = (["antigravity", "gemini_cli", "vertex"] as const)
    .filter((one) => provider === undefined ? one !== "vertex" : one === provider)
    .flatMap((one) => USUAL_PLACES[one]);
  const texts = await Promise.all(
    places.map((place) => readFile(`${userFolder}/${place}`).catch(() => undefined)),
  );
  return texts.flatMap((text) => text === undefined ? [] : readImport(text) ?? []);
}
