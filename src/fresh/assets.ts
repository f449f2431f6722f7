import { Hono } from "hono";
import type { Assets } from "./contract.ts";
import type { ClientFiles } from "./files.ts";

interface ManifestChunk {
  readonly file: string;
  readonly css?: readonly string[];
  readonly imports?: readonly string[];
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
  png: "image/png",
  woff2: "font/woff2",
  webmanifest: "application/manifest+json",
};

/** Names below a folder, without dots at their beginning, escapes or anything else that could lead out of it. */
const PLAIN_PATH_REGEXP = /^[\w-][\w.-]*(?:\/[\w-][\w.-]*)*$/;

function chunkFiles(manifest: Readonly<Record<string, ManifestChunk>>, chunk: ManifestChunk): string[] {
  const shared = (chunk.imports ?? []).filter((name) => name !== "client.ts").flatMap((name) => {
    const imported = manifest[name];
    return imported === undefined ? [] : chunkFiles(manifest, imported);
  });
  return [chunk.file, ...shared];
}

/** Addresses from Vite's manifest, or those that the files bring with them. Throws when the dashboard has not been built. */
export async function loadAssets(files: ClientFiles): Promise<Assets> {
  if (files.assets !== undefined) return files.assets;
  const bytes = await files.read(".vite/manifest.json");
  if (bytes === undefined) throw new Error("The dashboard is not built: run `deno task build`.");
  // deno-lint-ignore geminitro/foreign-json -- this program wrote it
  const manifest: Record<string, ManifestChunk> = JSON.parse(new TextDecoder().decode(bytes));
  const entry = manifest["client.ts"];
  if (entry === undefined) {
    throw new Error("The dashboard's manifest has no client.ts: run `deno task build`.");
  }
  const islands = Object.entries(manifest).filter(([source]) => source.startsWith("islands/"))
    .map(([source, chunk]) => [
      source.slice("islands/".length),
      [...new Set(chunkFiles(manifest, chunk))].map((file) => `/${file}`),
    ]);
  return {
    entry: `/${entry.file}`,
    css: (entry.css ?? []).map((file) => `/${file}`),
    islands: Object.fromEntries(islands),
  };
}

/** Serves built files; what has a hash in its name (under `build/`) is cached for good. */
export function serveFiles(files: ClientFiles): Hono {
  const app = new Hono();
  app.get("*", async (c, next) => {
    const path = new URL(c.req.url).pathname.slice(1);
    const type = CONTENT_TYPES[path.split(".").at(-1) ?? ""];
    if (type === undefined || !PLAIN_PATH_REGEXP.test(path)) return next();
    const bytes = await files.read(path);
    if (bytes === undefined) return next();
    return c.body(bytes, 200, {
      "content-type": type,
      "cache-control": path.startsWith("build/") ? "public, max-age=31536000, immutable" : "no-cache",
      "x-content-type-options": "nosniff",
    });
  });
  return app;
}
