import type { Context, Manifest, Middleware, PageFn, RouteModule } from "./contract.ts";

/** One file under `routes/` with all that its folders add to it, outermost first. */
export interface RouteEntry<State> {
  readonly file: string;
  readonly pattern: string | null;
  readonly module: RouteModule;
  readonly middleware: readonly Middleware<State>[];
  readonly wrappers: readonly PageFn<unknown, State>[];
}

function inheritedModules(routes: Manifest["routes"], file: string, name: string): RouteModule[] {
  return folderPrefixes(file).flatMap((prefix) =>
    routes[`${prefix}${name}.tsx`] ?? routes[`${prefix}${name}.ts`] ?? []
  );
}

function wrappersOf<State>(routes: Manifest["routes"], file: string): PageFn<unknown, State>[] {
  const config = routes[file]?.config ?? {};
  const layouts = config.skipInheritedLayouts ? [] : inheritedModules(routes, file, "_layout");
  const app = config.skipAppWrapper ? undefined : routes["_app.tsx"];
  return [...(app === undefined ? [] : [app]), ...layouts].map((module) =>
    module.default as PageFn<unknown, State>
  );
}

/** Gathers what applies to one file; `pattern` is null for error pages. */
export function routeEntry<State>(
  routes: Manifest["routes"],
  file: string,
  pattern: string | null,
): RouteEntry<State> {
  const middleware = inheritedModules(routes, file, "_middleware")
    .flatMap((module) => (module.default ?? module.handler) as Middleware<State> | Middleware<State>[]);
  return { file, pattern, module: routes[file] ?? {}, middleware, wrappers: wrappersOf(routes, file) };
}

/** Every page and endpoint, the most specific pattern first. Files that begin with `_` are not routes. */
export function routeTable<State>(
  routes: Manifest["routes"],
): (RouteEntry<State> & { readonly pattern: string })[] {
  return Object.keys(routes)
    .filter((file) => !file.split("/").at(-1)!.startsWith("_"))
    .map((file) => ({ file, pattern: filePattern(file) }))
    .sort((a, b) => comparePatterns(a.pattern, b.pattern))
    .map(({ file, pattern }) => ({ ...routeEntry<State>(routes, file, pattern), pattern }));
}

/** The file that shows an error with this status: the innermost one of the failing route's folders. */
export function errorFile(routes: Manifest["routes"], file: string, status: number): string | undefined {
  const names = status === 404 ? ["_404.tsx", "_error.tsx"] : ["_error.tsx"];
  return folderPrefixes(file).reverse()
    .flatMap((prefix) => names.map((name) => prefix + name))
    .find((candidate) => routes[candidate] !== undefined);
}

/** Runs the middleware from the outside in, and `last` in the middle. */
export function runMiddleware<State>(
  steps: readonly Middleware<State>[],
  context: Context<State>,
  last: () => Promise<Response>,
): Promise<Response> {
  const [first, ...others] = steps;
  if (first === undefined) return last();
  const next = () => runMiddleware(others, context, last);
  return Promise.resolve(first({ ...context, next }));
}

function segmentPattern(segment: string): string {
  const optional = /^\[\[(\w+)\]\]$/.exec(segment);
  if (optional) return `:${optional[1]}?`;
  const rest = /^\[\.\.\.(\w+)\]$/.exec(segment);
  if (rest) return `:${rest[1]}{.+}`;
  return segment.replace(/\[(\w+)\]/g, ":$1");
}

/** `keys/[id].tsx` -> `/keys/:id`, `(group)/a/index.tsx` -> `/a`, `[...rest].ts` -> `/:rest{.+}`. */
export function filePattern(file: string): string {
  const segments = file.replace(/\.tsx?$/, "").split("/").filter((segment) => !/^\(.+\)$/.test(segment));
  if (segments.at(-1) === "index") segments.pop();
  return "/" + segments.map(segmentPattern).join("/");
}

function segmentRank(segment: string): string {
  if (segment.includes("{")) return "2";
  return segment.startsWith(":") ? "1" : `0${segment}`;
}

/** Sorts patterns so that fixed segments are tried before parameters, and those before catch-alls. */
export function comparePatterns(left: string, right: string): number {
  const [a, b] = [left, right].map((pattern) => pattern.split("/").map(segmentRank).join("/"));
  return a! < b! ? -1 : a === b ? 0 : 1;
}

/** The folders that hold `file`, outermost first, each as a prefix: `a/b/c.tsx` -> `["", "a/", "a/b/"]`. */
export function folderPrefixes(file: string): string[] {
  const folders = file.split("/").slice(0, -1);
  return Array.from(
    { length: folders.length + 1 },
    (_, depth) => folders.slice(0, depth).map((f) => f + "/").join(""),
  );
}
