import { type Credential, isObject, type JsonObject, ok, Secret, SOURCES } from "../core/mod.ts";
import { type AdminDeps, type Outcome, refuse } from "./admin_deps.ts";
import { keyStanding, safeKey } from "./safe_key.ts";
import { nodeBuffer, nodeModule } from "lazy-node";

/** Shortest passphrase that an export takes. */
const PASSPHRASE_CHARACTERS = 8;

/** Sealed with this database's own key: useless to any other database, and not set by the user. */
export function isSealed(value: Readonly<Record<string, unknown>>): boolean {
  return "sealed" in value;
}

/**
 * Exports the whole configuration as one JSON document. With a passphrase it contains the credentials and the
 * hashes of client tokens, encrypted; without one it only names them.
 */
export async function exportFile(deps: AdminDeps, passphrase?: string): Promise<Outcome<JsonObject>> {
  if (passphrase !== undefined && passphrase.length < PASSPHRASE_CHARACTERS) {
    return refuse(
      422,
      "invalid",
      `The passphrase must have ${PASSPHRASE_CHARACTERS} characters or more`,
      "passphrase",
    );
  }
  const { store, version, ports } = deps;
  const [credentials, aliases, quotaGroups, fallbacks, caps, clients, settings, modelLists] = await Promise
    .all([
      store.credentials.list(),
      store.aliases.list(),
      store.quotaGroups.list(),
      store.fallbacks.list(),
      store.caps.list(),
      store.clients.list(),
      store.settings.list(),
      store.modelLists.list(),
    ]);
  const now = ports.clock.now();
  const secrets = passphrase === undefined
    ? null
    : await encrypt(JSON.stringify({ credentials: credentials.map(openCredential), clients }), passphrase);
  const document = {
    format: "geminitro-export",
    v: 1,
    version,
    exportedAt: new Date(now).toISOString(),
    credentials: credentials.map((one) => {
      const { id, tail, source, label, email, project, tier, enabled } = safeKey(
        keyStanding(one, { now, closed: [] }),
      );
      return { id, tail, source, label, email, project, tier, enabled };
    }),
    clients: clients.map(({ hash: _hash, ...open }) => open),
    aliases,
    quotaGroups,
    fallbacks,
    caps,
    settings: settings.filter(({ value }) => !isSealed(value)),
    modelLists,
    secrets,
  };
  // Records of the store are JSON already; the round trip only makes the type true.
  // deno-lint-ignore geminitro/foreign-json -- this program wrote it
  return ok(JSON.parse(JSON.stringify(document)) as JsonObject);
}

type SecretNames<One> = One extends unknown
  ? { [Name in keyof One]-?: NonNullable<One[Name]> extends Secret ? Name : never }[keyof One]
  : never;

/** Fields that hold secrets, whatever the source: a new one does not compile until it is here, or it would be exported as its tail. */
const SECRET_FIELDS = Object.keys(
  {
    key: true,
    refreshToken: true,
    accessToken: true,
    serviceAccount: true,
    clientSecret: true,
  } satisfies Record<SecretNames<Credential>, true>,
);

/** A credential with its secrets in the clear; the caller must seal or encrypt it. */
export function openCredential(credential: Credential): JsonObject {
  const open: Record<string, unknown> = { ...credential };
  for (const field of SECRET_FIELDS) {
    const secret = open[field];
    if (secret instanceof Secret) open[field] = secret.reveal();
  }
  return open as JsonObject;
}

/** Reverses `openCredential`; undefined for anything else. */
export function closeCredential(open: unknown): Credential | undefined {
  if (!isObject(open) || typeof open["id"] !== "string") return undefined;
  if (!SOURCES.some((source) => source === open["source"])) return undefined;
  const credential: Record<string, unknown> = { ...open };
  for (const field of SECRET_FIELDS) {
    const text = credential[field];
    if (typeof text === "string") credential[field] = new Secret(text);
  }
  // The text was made by `openCredential` and has been sealed since: its shape is known.
  return credential as unknown as Credential;
}

/** scrypt's cost: 64 MiB and about a quarter of a second. */
const COST = { N: 65_536, r: 8, p: 1, maxmem: 128 * 1024 * 1024 };

function derive(passphrase: string, salt: Uint8Array): Promise<Uint8Array> {
  const { scrypt } = nodeModule("node:crypto");
  return new Promise((resolve, reject) => {
    scrypt(passphrase, salt, 32, COST, (problem, key) => problem === null ? resolve(key) : reject(problem));
  });
}

/** A text under a passphrase: scrypt for the key, AES-256-GCM for the text. Base64 fields. */
export interface Encrypted {
  readonly kdf: "scrypt";
  readonly N: number;
  readonly r: number;
  readonly p: number;
  readonly cipher: "aes-256-gcm";
  readonly salt: string;
  readonly iv: string;
  readonly tag: string;
  readonly data: string;
}

async function encrypt(text: string, passphrase: string): Promise<Encrypted> {
  const { createCipheriv, randomBytes } = nodeModule("node:crypto");
  const [salt, iv] = [randomBytes(16), randomBytes(12)];
  const cipher = createCipheriv("aes-256-gcm", await derive(passphrase, salt), iv);
  const data = nodeBuffer().concat([cipher.update(text, "utf8"), cipher.final()]);
  return {
    kdf: "scrypt",
    N: COST.N,
    r: COST.r,
    p: COST.p,
    cipher: "aes-256-gcm",
    salt: salt.toString("base64"),
    iv: iv.toString("base64"),
    tag: cipher.getAuthTag().toString("base64"),
    data: data.toString("base64"),
  };
}

/**
 * The text, or undefined when the passphrase is wrong or the data was changed. Other algorithms and costs than
 * ours are refused.
 */
export async function decrypt(sealed: Encrypted, passphrase: string): Promise<string | undefined> {
  if (sealed.kdf !== "scrypt" || sealed.cipher !== "aes-256-gcm") return undefined;
  if (sealed.N !== COST.N || sealed.r !== COST.r || sealed.p !== COST.p) return undefined;
  try {
    const { createDecipheriv } = nodeModule("node:crypto");
    const Buffer = nodeBuffer();
    const key = await derive(passphrase, Buffer.from(sealed.salt, "base64"));
    const decipher = createDecipheriv("aes-256-gcm", key, Buffer.from(sealed.iv, "base64"), {
      authTagLength: 16,
    });
    decipher.setAuthTag(Buffer.from(sealed.tag, "base64"));
    return Buffer.concat([decipher.update(Buffer.from(sealed.data, "base64")), decipher.final()]).toString(
      "utf8",
    );
  } catch {
    return undefined;
  }
}
