/** Measures file and function sizes against ARCHITECTURE.md, "Sizes"; exceptions are listed here with their reason. */
import { readModules, type SourceModule } from "./module_graph.ts";
import { isNode, nameOf, type SyntaxNode } from "./parse_source.ts";

/** A cohesive thing may be one file; what is longer than this is cut by meaning. */
const MOST_FILE_LINES = 500;
const MOST_FUNCTION_LINES = 60;
/** A shorter file that one file alone imports belongs into that file, or needs a reason. */
const LEAST_FILE_LINES = 40;

const FORM = "one form whose fields share their signals; most of it is markup";
const VIEW = "one view; most of it is markup";
const OBJECT = "a closure that is an object: the functions in it are its methods";
const TABLE = "a table: a line or a case for each entry";

/** Paths, or `path#function`, that may be longer. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  "islands/Playground.tsx#Playground": FORM,
  "components/models/named_editor.tsx#NamedEditor": FORM,
  "components/settings/client_form.tsx#ClientForm": FORM,
  "components/keys/oauth_form.tsx#OAuthForm": FORM,
  "components/quotas/cap_form.tsx#CapForm": FORM,
  "components/shared/keys/add_keys_form.tsx#AddKeysForm": FORM,
  "components/playground/composer.tsx#Composer": FORM,
  "components/shared/shell/command_palette.tsx#CommandPalette": VIEW,
  "components/quotas/cap_list.tsx#CapList": VIEW,
  "components/setup/agent_step.tsx#AgentStep": VIEW,
  "components/requests/histogram.tsx#Histogram": VIEW,
  "components/keys/bulk_bar.tsx#BulkBar": VIEW,
  "islands/Quotas.tsx#Quotas": VIEW,
  "islands/Setup.tsx#Setup": VIEW,
  "components/shared/models/model_table.tsx#ModelTable": VIEW,
  "components/setup/call_step.tsx#CallStep": VIEW,
  "islands/Keys.tsx#Keys": VIEW,
  "islands/Requests.tsx#Requests": VIEW,
  "components/quotas/board.tsx#Grid": VIEW,
  "components/settings/client_tokens.tsx#ClientTokens": VIEW,
  "islands/Logs.tsx#Logs": VIEW,
  "components/settings/setting_table.tsx#SettingTable": VIEW,
  "src/composition/serve.ts#restartingListener": OBJECT,
  "src/relay/signature_memory.ts#createSignatureMemory": OBJECT,
  "src/gemini/sse.ts#createSseParser": OBJECT,
  "src/gemini/sse.ts#createLineReader": OBJECT,
  "src/store/pool_state.ts#openPoolState": OBJECT,
  "src/http/proxy/answer_turn.ts#encodedStream": OBJECT,
  "src/http/dashboard_session.ts#createSessions": OBJECT,
  "src/relay/relay_native.ts#streamed": OBJECT,
  "src/sim/oauth/trouble.ts#refusalFor": TABLE,
  "src/config/load_settings.ts#assemble": TABLE,
  "src/store/open_store.ts#makeStore": "the parts of the store, each with what the others need of it",
  "src/pool/create_pool.ts#assemble": "the parts of the pool, one after the other as they need each other",
};

/** Files that may be short although one file alone imports them. */
const SHORT: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [/^routes\//, "a page or an address is a file: the path is its name"],
  [/\/mod\.ts$/, "the entry of a module"],
  [/^src\/agents\/known\//, "an agent is a file (CONTRIBUTING.md)"],
  [/^src\/pool\/policy\//, "a policy is a file (CONTRIBUTING.md)"],
  [/^src\/std\//, "the import map names it"],
  [/^src\/fresh\/client\.ts$/, "the entry of the browser's side"],
  [/^src\/composition\/visit\.ts$/, "loaded only by a command that opens the database itself"],
];

interface Size {
  readonly name: string;
  readonly lines: number;
}

const FUNCTION_TYPES: ReadonlySet<string> = new Set([
  "FunctionDeclaration",
  "FunctionExpression",
  "ArrowFunctionExpression",
]);

/** Every function with a body of its own, also those inside others: an arrow without a block is part of its surroundings. */
function* functionsIn(node: SyntaxNode, text: string, name = "", parent?: SyntaxNode): Generator<Size> {
  const own = nameOf(node["id"]) || nameOf(node["key"]) ||
    (node.type === "VariableDeclarator" ? nameOf(node["id"]) : "");
  const label = own === "" ? name : own;
  const body = node["body"];
  if (FUNCTION_TYPES.has(node.type) && isNode(body) && body.type === "BlockStatement") {
    const whole = parent !== undefined && parent.type === "MethodDefinition" ? parent : node;
    yield { name: label, lines: text.slice(whole.start, whole.end).split("\n").length };
  }
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (isNode(child)) yield* functionsIn(child, text, label, node);
    }
  }
}

const PRODUCT_REGEXP = /^(?:src|routes|islands|components)\//;
const isProduct = (path: string) => PRODUCT_REGEXP.test(path) && !/_test\.|\.gen\./.test(path);
const linesOf = (text: string) => text.split("\n").length - 1;

const modules = await readModules();
const product = modules.filter(({ path }) => isProduct(path));
const files = product.map(({ path, text }): Size => ({ name: path, lines: linesOf(text) }));
const functions = product.flatMap(({ path, text, tree }) =>
  [...functionsIn(tree, text)].map(({ name, lines }): Size => ({ name: `${path}#${name}`, lines }))
);

function tooLong(what: string, sizes: readonly Size[], most: number): readonly string[] {
  const sorted = [...sizes].sort((a, b) => a.lines - b.lines);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!.lines;
  console.log(
    `${sorted.length} ${what}: median ${at(0.5)}, 95 % ${at(0.95)}, largest ${sorted.at(-1)!.lines} lines`,
  );
  return sorted.filter(({ name, lines }) => lines > most && !(name in EXCEPTIONS))
    .map(({ name, lines }) => `${name} has ${lines} lines, more than ${most}`);
}

/** Short files with one importer; what an entry passes on is used by whoever enters there. */
function tooShort(all: readonly SourceModule[]): readonly string[] {
  const importers = new Map<string, Set<string>>();
  for (const { path, imports } of all.filter((one) => isProduct(one.path) || !one.path.includes("/"))) {
    for (const { from } of imports) importers.set(from, (importers.get(from) ?? new Set()).add(path));
  }
  return product.flatMap(({ path, text }) => {
    const [only, ...others] = importers.get(path) ?? [];
    const passedOn = only?.endsWith("/mod.ts") === true;
    const isShort = linesOf(text) < LEAST_FILE_LINES && others.length === 0 && !passedOn;
    return isShort && !SHORT.some(([pattern]) => pattern.test(path))
      ? [`${path} has ${linesOf(text)} lines and one importer, ${only ?? "a generated file"}: put it there`]
      : [];
  });
}

const stale = Object.keys(EXCEPTIONS).filter((name) =>
  ![...files, ...functions].some((size) =>
    size.name === name && size.lines > (name.includes("#") ? MOST_FUNCTION_LINES : MOST_FILE_LINES)
  )
);
const problems = [
  ...tooLong("files", files, MOST_FILE_LINES),
  ...tooLong("functions", functions, MOST_FUNCTION_LINES),
  ...tooShort(modules),
  ...stale.map((name) => `the exception ${name} is not needed any more`),
];
if (problems.length > 0) {
  console.error(problems.join("\n"));
  Deno.exit(1);
}
