import { text } from "../text/shell.ts";
import { type AskApi, createLiveData, readJson } from "../data/live_data.ts";

/** Sends the reader to the login page, and back here afterwards. */
export function goToLogin(): void {
  location.assign(`/dashboard/login?next=${encodeURIComponent(location.pathname + location.search)}`);
}

/** Asks with the session cookie; without a session it leads to the login page. */
export const ask: AskApi = async (path, init = {}) => {
  const headers = { accept: "application/json", ...init.headers };
  const response = await fetch(path, { ...init, headers }).catch((error) => {
    throw error instanceof TypeError ? new Error(text.unreachable) : error;
  });
  if (response.status === 401) goToLogin();
  return response;
};

/** The management API as the islands read it, with the session cookie. */
export const data = createLiveData(ask);

/** Changes something through the management API. Throws an ApiError with the API's own sentence. */
export async function send(
  method: "POST" | "PUT" | "PATCH" | "DELETE",
  path: string,
  body?: unknown,
): Promise<unknown> {
  const json = body === undefined
    ? {}
    : { body: JSON.stringify(body), headers: { "content-type": "application/json" } };
  return await readJson(await ask(path, { method, ...json }));
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
