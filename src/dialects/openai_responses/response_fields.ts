import { type FieldNames, names } from "../unknown.ts";

/** What of a Responses request is known (platform.openai.com, and what Codex and gateways add). */
export const RESPONSES_FIELDS: FieldNames = {
  body: names(
    "model input instructions tools tool_choice parallel_tool_calls max_output_tokens max_tool_calls temperature top_p",
    "top_logprobs reasoning text stream stream_options store include metadata user previous_response_id service_tier",
    "prompt_cache_key prompt_cache_retention safety_identifier truncation background conversation prompt client_metadata",
    "extra_body google enable_thinking reasoning_effort modalities audio frequency_penalty presence_penalty seed",
  ),
  unserved: {
    context_management: "the client's history is sent as it is; ask for compaction by an item",
    moderation: "Gemini moderates by its own settings",
    stop: "the Responses API has no stop sequences",
  },
  nested: names(
    "type role content id status call_id name namespace arguments output input summary encrypted_content phase text",
    "image_url file_id file_data file_url filename detail input_audio annotations logprobs refusal action operation code",
    "container_id outputs results result output_format tools execution author recipient success queries server_label error",
    "approval_request_id approve request_id reason created_by caller environment max_output_length cache_control",
    "prompt_cache_breakpoint acknowledged_safety_checks pending_safety_checks revised_prompt background quality size",
    "internal_chat_message_metadata_passthrough metadata end_turn",
  ),
};
