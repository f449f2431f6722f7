import { text } from "../text/shell.ts";
import { createClient } from "../../src/management/client.ts";
import { createLiveData } from "../data/live_data.ts";

/** Sends the reader to the login page, and back here afterwards. */
export function goToLogin(): void {
  location.assign(`/dashboard/login?next=${encodeURIComponent(location.pathname + location.search)}`);
}

/** Asks with the session cookie; without a session it leads to the login page. */
async function ask(path: string, init: RequestInit): Promise<Response> {
  const response = await fetch(path, init).catch((error) => {
    throw error instanceof TypeError ? new Error(text.unreachable) : error;
  });
  if (response.status === 401) goToLogin();
  return response;
}

/** The management API, with the session cookie. Throws an ApiError with the API's own sentence. */
export const api = createClient({ base: "", fetch: ask });

/** What the islands read of it again and again. */
export const data = createLiveData(api);

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
