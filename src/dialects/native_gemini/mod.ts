/**
 * The native Gemini API's error and stream-break shapes. Requests and replies of this dialect pass unchanged and are
 * never decoded; only what the proxy itself has to say is encoded here, as Google would say it.
 *
 * @module
 */
export * from "./encode_failure.ts";
export * from "./google_words.ts";
