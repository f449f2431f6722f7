import { text } from "../words.ts";
import { createPageClient, type LocalClient } from "../../../src/management/client.ts";

/** Sends the reader to the login page, and back here afterwards. */
export function goToLogin(): void {
  location.assign(`/dashboard/login?next=${encodeURIComponent(location.pathname + location.search)}`);
}

/** Sessions that were renewed by this page, and the renewal that runs. */
let renewals = 0;
let renewing: Promise<unknown> | undefined;

/**
 * Runs what ends the page's session and begins another; what the page asks meanwhile waits for that and is asked again. The
 * task has an API of its own, which waits for nothing.
 */
export async function renewSession(task: (own: LocalClient) => Promise<void>): Promise<void> {
  renewing = task(createPageClient({ base: "", fetch: send }));
  try {
    await renewing;
  } finally {
    renewals++;
    renewing = undefined;
  }
}

/** Whether the page's session is being renewed: a refusal is no reason to sign in again. */
export function isRenewing(): boolean {
  return renewing !== undefined;
}

async function send(path: string, init: RequestInit): Promise<Response> {
  return await fetch(path, init).catch((error) => {
    throw error instanceof TypeError ? new Error(text.unreachable) : error;
  });
}

/** Asks with the session cookie; without a session it leads to the login page. */
async function ask(path: string, init: RequestInit): Promise<Response> {
  const seen = renewals;
  const response = await send(path, init);
  if (response.status !== 401) return response;
  if (renewing !== undefined || renewals !== seen) {
    await renewing?.catch(() => {});
    return await send(path, init);
  }
  goToLogin();
  return response;
}

/** The management API, with the session cookie. Throws an ApiError with the API's own sentence. */
export const api = createPageClient({ base: "", fetch: ask });

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
