/**
 * Gives `routes/` and `islands/` the part of Fresh 2 that they use, on Hono and Preact: file routes, layouts,
 * middleware, error pages, islands hydrated with live signals, and the built files' addresses. Pages import only
 * `fresh` and `fresh/runtime`, so Fresh itself could take its place. Knows nothing of the product's modules, keeps no
 * state between requests and never writes an inline script that runs.
 *
 * @module
 */
export { loadAssets, serveFiles } from "./assets.ts";
export { type ClientFiles } from "./files.ts";
export type {
  Assets,
  Context,
  HandlerByMethod,
  HandlerFn,
  Manifest,
  Method,
  Middleware,
  PageFn,
  PageProps,
  PageResponse,
  RouteConfig,
  RouteHandler,
  RouteModule,
} from "./contract.ts";
export { createDefine, type Define, page } from "./define.ts";
export { HttpError } from "./respond.ts";
export { fsRoutes, type FsRoutesOptions } from "./router.ts";
