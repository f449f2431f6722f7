import { messageOf } from "./browser_api.ts";
import { showToast } from "./toasts.ts";

/** Runs a change and reports the result; true on success. */
export async function attempt(task: () => Promise<unknown>, done: string): Promise<boolean> {
  try {
    await task();
    showToast(done, { tone: "good" });
    return true;
  } catch (error) {
    showToast(messageOf(error), { tone: "bad", ms: 10_000 });
    return false;
  }
}
