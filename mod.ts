/**
 * GemiNitro as a library: one call makes a whole proxy with its store, pool and routes, without a socket.
 *
 * @example
 * ```ts
 * import { createGeminitro } from "./mod.ts";
 * const proxy = await createGeminitro({ env: { GEMINITRO_KV: ":memory:", GEMINI_API_KEYS: "..." } });
 * Deno.serve({ port: 7536 }, proxy.fetch);
 * ```
 *
 * @module
 */
export {
  createGeminitro,
  type Geminitro,
  type GeminitroOptions,
  SettingsError,
} from "./src/composition/mod.ts";
export { ApiError, type Client, type ClientOptions, createClient } from "./src/management/client.ts";
