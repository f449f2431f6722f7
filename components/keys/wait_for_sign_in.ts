import { api } from "../live/browser_api.ts";
import { keysText } from "../text/keys.ts";

const STEP_MS = 1_500;
const MOST_MS = 10 * 60_000;

/** Waits until Google's page was answered; returns the account's name. Throws with the server's sentence when it failed. */
export async function waitForSignIn(state: string, isGone: () => boolean): Promise<string> {
  const end = performance.now() + MOST_MS;
  while (performance.now() < end && !isGone()) {
    const { status, message = "", account } = await api.signInProgress({ state });
    if (status === "done" && message === "") return account?.email ?? "";
    if (status === "done" || status === "failed") throw new Error(message);
    await new Promise((resolve) => setTimeout(resolve, STEP_MS));
  }
  throw new Error(isGone() ? "" : keysText.oauthTimeout);
}
