/** What the fake Antigravity lists, with an internal and a deprecated id that no client should offer. */
export const ANTIGRAVITY_MODELS: Readonly<Record<string, Record<string, unknown>>> = {
  "gemini-3.6-flash-high": {
    displayName: "Gemini 3.6 Flash High",
    supportsThinking: true,
    maxTokens: 1_048_576,
    maxOutputTokens: 65_536,
  },
  "gemini-pro-agent": {
    displayName: "Gemini 3.1 Pro High",
    supportsThinking: true,
    maxTokens: 1_048_576,
    maxOutputTokens: 65_536,
  },
  "claude-sonnet-4-6": {
    displayName: "Claude Sonnet 4.6",
    supportsThinking: true,
    maxTokens: 200_000,
    maxOutputTokens: 64_000,
  },
  "gpt-oss-120b-medium": {
    displayName: "GPT-OSS 120B",
    supportsThinking: false,
    maxTokens: 114_000,
    maxOutputTokens: 32_768,
  },
  "gemini-2.5-pro": { displayName: "Gemini 2.5 Pro", supportsThinking: true },
  "tab_flash_lite_preview": { displayName: "Tab" },
  "gemini-3-pro-high": { displayName: "Old" },
};
export const DEPRECATED = { "gemini-3-pro-high": { newModelId: "gemini-pro-agent" } };

export const CLI_MODELS = ["gemini-2.5-pro", "gemini-2.5-flash", "gemini-3-flash-preview"] as const;

export const VERTEX_MODELS = [
  "gemini-2.5-pro",
  "gemini-2.5-flash",
  "gemini-embedding-001",
  "imagen-4.0-generate-001",
] as const;
