import type { MiddlewareHandler } from "hono";
import { compress } from "hono/compress";

/** Answers from this size on are compressed; event streams never are. */
const COMPRESSED_BYTES = 1_024;

/** Compresses what the management API and the pages answer. */
export function compressed(): MiddlewareHandler {
  return compress({ threshold: COMPRESSED_BYTES });
}
