/**
 * GemiNitro as a library: one call makes a whole proxy with its store, pool and routes, without a socket.
 *
 * @example
 * ```ts
 * import { createGeminitro } from "./mod.ts";
 * const proxy = await createGeminitro({ env: { GEMINITRO_KV: ":memory:", GEMINI_API_KEYS: "..." } });
 * Deno.serve({ port: 7536 }, (request) => proxy.fetch(request));
 * ```
 *
 * With the dashboard: `createGeminitro({ env, dashboard: dashboardFiles() })`. From another project, name this folder under
 * `links` of its deno.json and import `jsr:@geminitro/geminitro`; the dashboard wants `"compilerOptions": { "jsx": "react-jsx",
 * "jsxImportSource": "preact" }` there.
 *
 * @module
 */
import { folderFiles } from "fresh/files";

export {
  createGeminitro,
  type Geminitro,
  type GeminitroOptions,
  SettingsError,
} from "./src/composition/mod.ts";
export { ApiError, type Client, type ClientOptions, createClient } from "./src/management/client.ts";

/** The dashboard's files beside this one; `deno task build` makes them. */
export function dashboardFiles(): ReturnType<typeof folderFiles> {
  return folderFiles(new URL("./_fresh/client/", import.meta.url), new URL("./static/", import.meta.url));
}
