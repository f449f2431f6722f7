import { isObject } from "../core/mod.ts";
import type { Provider } from "./contract.ts";

/** What another program's file holds. */
export type Importable =
  | {
    readonly kind: "token";
    readonly name: string;
    readonly provider?: Provider;
    readonly refreshToken: string;
  }
  | { readonly kind: "vertex"; readonly name: string; readonly file: string };

/**
 * Reads the files of other programs: opencode's Antigravity accounts, Gemini CLI's oauth_creds.json, service accounts and
 * application default credentials of Google Cloud. Undefined for anything else. Projects in them are not taken over.
 */
export function readImport(text: string): readonly Importable[] | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (Array.isArray(parsed)) return parsed.length > 0 ? parsed.flatMap(accountOf) : undefined;
  if (!isObject(parsed)) return undefined;
  if (Array.isArray(parsed["accounts"])) return parsed["accounts"].flatMap(accountOf);
  const { type, client_email, refresh_token } = parsed;
  if (type === "service_account" && typeof client_email === "string") {
    return [{ kind: "vertex", name: client_email, file: text }];
  }
  if (type === "authorized_user") {
    return [{ kind: "vertex", name: "application default credentials", file: text }];
  }
  if (typeof refresh_token === "string" && refresh_token !== "") {
    return [{ kind: "token", name: "Gemini CLI", provider: "gemini_cli", refreshToken: refresh_token }];
  }
  return undefined;
}

/** An entry of opencode's list; its token may carry projects behind a bar. */
function accountOf(entry: unknown): readonly Importable[] {
  if (!isObject(entry)) return [];
  const token = entry["refreshToken"] ?? entry["refresh_token"];
  if (typeof token !== "string" || token === "") return [];
  const name = typeof entry["email"] === "string" ? entry["email"] : "an account without a name";
  return [{ kind: "token", name, provider: "antigravity", refreshToken: token.split("|")[0] ?? "" }];
}

/** Where those programs keep their files, below the user's folder. */
export const USUAL_PLACES: Readonly<Record<Provider | "vertex", readonly string[]>> = {
  antigravity: [
    ".config/opencode/antigravity-accounts.json",
    ".local/share/opencode/antigravity-accounts.json",
  ],
  gemini_cli: [".gemini/oauth_creds.json"],
  vertex: [".config/gcloud/application_default_credentials.json"],
};
