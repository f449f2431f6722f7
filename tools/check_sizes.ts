/** Measures file and function sizes against ARCHITECTURE.md, "Sizes"; exceptions stand here with their reason. */
const LIMITS = { fileMedian: 80, file95: 250, fileMost: 400 };
const EXCEPTIONS: Readonly<Record<string, string>> = {};

async function* sources(folder: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) yield* sources(path);
    else if (/\.tsx?$/.test(entry.name) && !/_test\.|\.gen\./.test(entry.name)) yield path;
  }
}

const sizes: { readonly path: string; readonly lines: number }[] = [];
for (const folder of ["src", "routes", "islands", "components"]) {
  for await (const path of sources(folder)) {
    sizes.push({ path, lines: (await Deno.readTextFile(path)).split("\n").length - 1 });
  }
}
sizes.sort((a, b) => a.lines - b.lines);
const at = (share: number) => sizes[Math.min(sizes.length - 1, Math.floor(sizes.length * share))]!.lines;
console.log(`${sizes.length} files: median ${at(0.5)}, 95 % ${at(0.95)}, largest ${sizes.at(-1)!.lines}`);
const problems = [
  ...(at(0.5) > LIMITS.fileMedian
    ? [`the median file has ${at(0.5)} lines, more than ${LIMITS.fileMedian}`]
    : []),
  ...(at(0.95) > LIMITS.file95
    ? [`the 95th percentile has ${at(0.95)} lines, more than ${LIMITS.file95}`]
    : []),
  ...sizes.filter(({ path, lines }) => lines > LIMITS.fileMost && !(path in EXCEPTIONS)).map((
    { path, lines },
  ) => `${path} has ${lines} lines`),
];
if (problems.length > 0) {
  console.error(problems.join("\n"));
  Deno.exit(1);
}
