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
