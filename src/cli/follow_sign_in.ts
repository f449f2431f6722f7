import { delay } from "@std/async";
import type { AddedAccount, OAuthService } from "../oauth/mod.ts";
import { CommandError } from "./command_error.ts";

const STEP_MS = 500;

/**
 * Waits until a sign-in has ended, whoever ends it: this process, the running server, or a paste elsewhere. Throws with
 * Google's refusal, after ten minutes, or when `ending` aborts; the hints say what is left to do then.
 */
export async function followSignIn(
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
