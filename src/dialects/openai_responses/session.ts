/** Codex and its like, told by the headers they always send. */
export function isCodex(headers: Headers): boolean {
  return /^codex/i.test(headers.get("originator") ?? "") || /^codex/i.test(headers.get("user-agent") ?? "");
}

/** Groups the calls of one session. */
export function sessionOf(body: Record<string, unknown>, headers: Headers): string {
  const named = headers.get("session_id") ?? headers.get("session-id") ?? headers.get("x-session-id") ??
    headers.get("conversation_id");
  const key = typeof body.prompt_cache_key === "string" ? body.prompt_cache_key : "";
  return (named ?? key).slice(0, 128);
}
