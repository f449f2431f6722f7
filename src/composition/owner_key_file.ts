import { DEFAULT_PROXY_API_KEY, readEnvFile, setInEnvFile } from "../config/mod.ts";

const NAME = "PROXY_API_KEY";

/** Writes a new owner's key to `.env`, unless the key in use came from elsewhere; answers why not, as a sentence. */
export async function saveOwnerKey(
  path: string,
  key: string,
  inUse: readonly string[],
): Promise<string | undefined> {
  try {
    const inFile = (await readEnvFile(path))[NAME] || DEFAULT_PROXY_API_KEY;
    if (!inUse.includes(inFile)) {
      return `${NAME} is set in the environment of the server, which goes before .env: change it there`;
    }
    await setInEnvFile(path, NAME, key);
    return undefined;
  } catch (cause) {
    return `${path} could not be written (${
      cause instanceof Error ? cause.name : "unknown"
    }): change ${NAME} there by hand`;
  }
}
