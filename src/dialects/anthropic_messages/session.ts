import { isObject } from "../../core/mod.ts";

/** Groups the calls of one session: Claude Code writes its session id into `metadata.user_id`. */
export function sessionOf(body: Record<string, unknown>, headers: Headers): string {
  const header = headers.get("x-claude-code-session-id") ?? headers.get("x-session-id");
  if (header !== null && header !== "") return header.slice(0, 128);
  const user = isObject(body.metadata) ? body.metadata.user_id : undefined;
  if (typeof user !== "string") return "";
  const session = /session_([0-9a-fA-F-]{8,})/.exec(user)?.[1] ?? /"session_id":"([^"]+)"/.exec(user)?.[1];
  return (session ?? user).slice(0, 128);
}
