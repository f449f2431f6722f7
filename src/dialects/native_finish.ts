/** Reasons that every dialect has a word of its own for. */
const ORDINARY = new Set(["", "STOP", "MAX_TOKENS"]);

/** Gemini's own finish reason, where the dialect's word for it says less: told beside it as `native_finish_reason`. */
export function nativeFinish(reason: string | undefined): { native_finish_reason?: string } {
  return reason === undefined || ORDINARY.has(reason) ? {} : { native_finish_reason: reason };
}
