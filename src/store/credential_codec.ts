import {
  type Credential,
  type CredentialId,
  type Death,
  FAILURE_CLASSES,
  Secret,
  SOURCES,
  TIERS,
} from "../core/mod.ts";
import { type Decode, defined, Fields } from "./fields.ts";
import type { Vault } from "./vault.ts";

/** The secrets of a credential, as they lie sealed in its record. An outbound proxy's URL may hold a password. */
interface SealedFields {
  readonly key?: string;
  readonly refreshToken?: string;
  readonly accessToken?: string;
  readonly serviceAccount?: string;
  readonly clientSecret?: string;
  readonly proxy?: string;
}

/** A credential's record: its open fields as they are, the secrets sealed under the record's own id. */
export async function encodeCredential(vault: Vault, credential: Credential, print: string): Promise<object> {
  const { key, refreshToken, accessToken, serviceAccount, clientSecret, proxy, ...open } = credential as
    & Credential
    & { readonly [Name in Exclude<keyof SealedFields, "proxy">]?: Secret };
  const secrets: SealedFields = defined({
    key: key?.reveal(),
    refreshToken: refreshToken?.reveal(),
    accessToken: accessToken?.reveal(),
    serviceAccount: serviceAccount?.reveal(),
    clientSecret: clientSecret?.reveal(),
    proxy,
  });
  return { v: 1, ...open, print, sealed: await vault.seal(JSON.stringify(secrets), credential.id) };
}

/** What can be read of a record without the key. */
export interface StoredCredential {
  readonly fields: Fields;
  readonly id: CredentialId;
  readonly print: string;
  readonly sealed: string;
}

export const decodeStored: Decode<StoredCredential> = (fields) => ({
  fields,
  id: fields.text("id") as CredentialId,
  print: fields.text("print"),
  sealed: fields.text("sealed"),
});

/** Throws a DecodeProblem when the record or its sealed part is not readable. */
export async function decodeCredential(vault: Vault, stored: StoredCredential): Promise<Credential> {
  const { fields } = stored;
  const secrets = new Fields(JSON.parse(await vault.open(stored.sealed, stored.id)), "sealed");
  const secret = (name: string) => new Secret(secrets.text(name));
  const base = {
    id: stored.id,
    ...common(fields),
    ...defined({ proxy: secrets.optional("proxy", secrets.text) }),
  };
  const source = fields.oneOf("source", SOURCES);
  const access = defined({
    accessToken: secrets.optional("accessToken", secret),
    accessExpiresAt: fields.optional("accessExpiresAt", fields.number),
  });
  switch (source) {
    case "api_key":
      return { ...base, source, key: secret("key") };
    case "vertex": {
      const location = fields.text("location");
      return { ...base, source, serviceAccount: secret("serviceAccount"), location, ...access };
    }
    default: {
      const own = defined({
        codeAssistProject: fields.optional("codeAssistProject", fields.text),
        consumer: fields.optional("consumer", fields.flag),
        clientId: fields.optional("clientId", fields.text),
        clientSecret: secrets.optional("clientSecret", secret),
      });
      const email = fields.text("email");
      return { ...base, source, email, refreshToken: secret("refreshToken"), ...access, ...own };
    }
  }
}

function common(fields: Fields) {
  return {
    label: fields.text("label"),
    tail: fields.text("tail"),
    tier: fields.oneOf("tier", TIERS),
    enabled: fields.flag("enabled"),
    priority: fields.number("priority"),
    createdAt: fields.number("createdAt"),
    updatedAt: fields.number("updatedAt"),
    ...defined({
      project: fields.optional("project", fields.text),
      dead: fields.optional("dead", (name) => death(fields.object(name))),
      allowModels: fields.optional("allowModels", fields.texts),
      denyModels: fields.optional("denyModels", fields.texts),
    }),
  };
}

function death(fields: Fields): Death {
  return {
    class: fields.oneOf("class", FAILURE_CLASSES),
    reason: fields.text("reason"),
    at: fields.number("at"),
    ...defined({
      code: fields.optional("code", fields.text),
      status: fields.optional("status", fields.number),
      link: fields.optional("link", fields.text),
    }),
  };
}
