import type { Usage } from "../../core/mod.ts";

export interface MessagesUsage {
  readonly input_tokens: number;
  readonly cache_creation_input_tokens: number;
  readonly cache_read_input_tokens: number;
  readonly output_tokens: number;
  readonly output_tokens_details: { readonly thinking_tokens: number } | null;
  readonly server_tool_use:
    | { readonly web_search_requests: number; readonly web_fetch_requests: number }
    | null;
}

/** Gemini's counts in Anthropic's words: input excludes what was read from the cache, output includes thinking. */
export function messagesUsage(usage: Usage | undefined, searches: number): MessagesUsage {
  const cached = usage?.cachedTokens ?? 0;
  return {
    input_tokens: Math.max(0, (usage?.promptTokens ?? 0) - cached + (usage?.toolUseTokens ?? 0)),
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: cached,
    output_tokens: (usage?.candidatesTokens ?? 0) + (usage?.thoughtsTokens ?? 0),
    output_tokens_details: usage === undefined ? null : { thinking_tokens: usage.thoughtsTokens },
    server_tool_use: searches === 0 ? null : { web_search_requests: searches, web_fetch_requests: 0 },
  };
}

/** Usage as a whole message carries it. */
export function messageUsage(usage: Usage | undefined, searches: number) {
  return {
    ...messagesUsage(usage, searches),
    cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
    service_tier: usage?.serviceTier === "priority" ? "priority" as const : "standard" as const,
    inference_geo: null,
    speed: null,
  };
}
