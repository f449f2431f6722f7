import { type FieldNames, names } from "../unknown.ts";

/** What of a Messages request is known (docs.anthropic.com, and the betas that Claude Code turns on). */
export const MESSAGES_FIELDS: FieldNames = {
  body: names(
    "model messages max_tokens system temperature top_p top_k stop_sequences stream thinking tools tool_choice metadata",
    "output_config output_format service_tier betas cache_control thread anthropic_version user_profile_id diagnostics",
  ),
  unserved: {
    mcp_servers: "Gemini reaches no MCP servers itself",
    fallbacks: "set fallbacks in the proxy instead",
    container: "Google's code execution keeps no container",
    context_management: "the client's history is sent as it is",
    inference_geo: "Google chooses where it computes",
    speed: "Gemini has no counterpart",
    compaction: "Gemini does not compact; the client's history is sent as it is",
    safeguards:
      "Gemini checks no commands. In Claude Code set CLAUDE_CODE_AUTO_MODE_SERVER=0, so that it asks the model itself",
  },
  nested: names(
    "role content type text id name input source title context citations cache_control tool_use_id is_error thinking signature",
    "data tool output_config tool_name caller encrypted_content content_filter tool_changes url server_name error_code",
    "return_code stdout stderr page_age file_id stop_reason usage model tools transformations",
  ),
};
