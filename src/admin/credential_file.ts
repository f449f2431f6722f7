import { type Credential, isObject, type JsonObject, Secret, SOURCES } from "../core/mod.ts";

/** Fields that hold secrets, whatever the source. */
const SECRET_FIELDS = ["key", "refreshToken", "accessToken", "serviceAccount", "clientSecret"] as const;

/** A credential with its secrets in the open: only ever for what is sealed or encrypted next. */
export function openCredential(credential: Credential): JsonObject {
  const open: Record<string, unknown> = { ...credential };
  for (const field of SECRET_FIELDS) {
    const secret = open[field];
    if (secret instanceof Secret) open[field] = secret.reveal();
  }
  return open as JsonObject;
}

/** Takes back what `openCredential` made; undefined when it is something else. */
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
