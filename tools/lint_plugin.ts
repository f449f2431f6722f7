import { superLinear } from "./linear_regexp.ts";
import { IMPURE_MEMBERS, MODULE_IMPORTS, PURE } from "./module_imports.ts";

/** The project's own taste as lint rules: entries between modules, purity, and no junk-drawer file names. */
const plugin: Deno.lint.Plugin = {
  name: "geminitro",
  rules: {
    entries: {
      create(context) {
        const from = placeOf(context.filename);
        const check = (node: Deno.lint.Node, source: unknown) => {
          if (from === undefined || typeof source !== "string" || !source.startsWith(".")) return;
          const problem = doorProblem(from, source);
          if (problem !== undefined) context.report({ node, message: problem });
        };
        return {
          ImportDeclaration: (node) => check(node, node.source.value),
          ExportNamedDeclaration: (node) => node.source && check(node, node.source.value),
          ExportAllDeclaration: (node) => check(node, node.source.value),
          ImportExpression: (node) => node.source.type === "Literal" && check(node, node.source.value),
        };
      },
    },
    pure: {
      create(context) {
        const path = relative(context.filename);
        if (path === undefined || path.endsWith("_test.ts") || !PURE.some((module) => module.test(path))) {
          return {};
        }
        return {
          MemberExpression(node) {
            const { object, property } = node;
            if (object.type !== "Identifier") return;
            const name = property.type === "Identifier" ? `${object.name}.${property.name}` : "";
            if (object.name === "Deno" || IMPURE_MEMBERS.has(name)) {
              context.report({ node, message: `${name} in a pure module: take it as an argument` });
            }
          },
          NewExpression(node) {
            if (
              node.callee.type === "Identifier" && node.callee.name === "Date" && node.arguments.length === 0
            ) {
              context.report({ node, message: "new Date() in a pure module: take the time as an argument" });
            }
          },
        };
      },
    },
    /** Patterns of the product meet foreign text: they take time in proportion to it, or say why their text is short. */
    "linear-regexps": {
      create(context) {
        const path = context.filename.replaceAll("\\", "/");
        if (!PRODUCT_REGEXP.test(path) || /_test\.tsx?$|\/src\/sim\//.test(path)) return {};
        return {
          Literal(node) {
            const literal = node as { readonly regex?: { readonly pattern: string; readonly flags: string } };
            if (literal.regex === undefined) return;
            const attack = superLinear(literal.regex.pattern, literal.regex.flags);
            if (attack !== undefined) {
              context.report({ node, message: `Not linear: ${attack} takes ever longer`, hint: BOUND_HINT });
            }
          },
          NewExpression(node) {
            if (node.callee.type === "Identifier" && node.callee.name === "RegExp") {
              context.report({ node, message: "A pattern made of text cannot be checked", hint: BOUND_HINT });
            }
          },
        };
      },
    },
    /** JSON that somebody else wrote is parsed within bounds: a few megabytes of brackets take gigabytes and seconds. */
    "foreign-json": {
      create(context) {
        const path = relative(context.filename);
        if (path === undefined || path.endsWith("_test.ts") || path.startsWith("src/sim/")) return {};
        return {
          MemberExpression(node) {
            const { object, property } = node;
            if (object.type !== "Identifier" || object.name !== "JSON") return;
            if (property.type !== "Identifier" || property.name !== "parse") return;
            context.report({
              node,
              message: "JSON.parse has no bounds: use parseForeign()",
              hint: "Ignore the rule where this program wrote the text, and say so",
            });
          },
        };
      },
    },
    "file-names": {
      create(context) {
        const path = relative(context.filename);
        return {
          Program(node) {
            if (path !== undefined && /\/(utils?|helpers?|common|types|misc)\.tsx?$/.test(path)) {
              context.report({ node, message: "Name the file after what it holds" });
            }
          },
        };
      },
    },
  },
};
export default plugin;

const PRODUCT_REGEXP = /\/(?:src|routes|islands|components)\//;
const BOUND_HINT = "Rewrite it, or ignore the rule with the reason: what bounds its text";

interface Place {
  readonly module: string;
  readonly folders: readonly string[];
  readonly test: boolean;
}

/** `src/...` of a file below a checkout; undefined elsewhere. */
function relative(filename: string): string | undefined {
  const path = filename.replaceAll("\\", "/");
  const at = path.lastIndexOf("/src/");
  return at < 0 ? undefined : path.slice(at + 1);
}

function placeOf(filename: string): Place | undefined {
  const path = relative(filename)?.split("/");
  if (path === undefined || path.length < 3) return undefined;
  return { module: path[1]!, folders: path.slice(1, -1), test: path.at(-1)!.includes("_test.") };
}

/** Returns why an import is forbidden; undefined when it is allowed. */
function doorProblem(from: Place, source: string): string | undefined {
  const target = [...from.folders];
  let left = false;
  for (const step of source.split("/")) {
    if (step === "..") left ||= target.pop() === undefined;
    else if (step !== ".") target.push(step);
  }
  const [module, ...rest] = target;
  if (left || module === undefined || rest.length === 0) return outside(from, source);
  if (module === from.module) return siblingProblem(from, rest);
  const entry = rest.length === 1 && (rest[0] === "mod.ts" || rest[0] === "contract.ts") ||
    DOORS.has(target.join("/"));
  if (!entry && !from.test) return `Enter ${module} through its mod.ts, not ${rest.join("/")}`;
  const allowed = MODULE_IMPORTS[from.module];
  if (allowed === undefined) return `The module ${from.module} is not in tools/module_imports.ts`;
  return from.test || allowed.includes(module)
    ? undefined
    : `${from.module} may not import ${module} (tools/module_imports.ts)`;
}

/** Further entries: parts of a module that are modules of their own. */
const DOORS: ReadonlySet<string> = new Set([
  "http/oauth/browser_cookie.ts",
  "relay/public_address.ts",
  "http/bounds.ts",
  "http/read_body.ts",
  "management/client.ts",
  "http/proxy/mod.ts",
  "http/dashboard.ts",
  "fresh/runtime.ts",
  "config/settings.ts",
]);

/** Dialects and sources never import each other. */
function siblingProblem(from: Place, rest: readonly string[]): string | undefined {
  if (from.test || (from.module !== "dialects" && from.module !== "upstreams")) return undefined;
  const mine = from.folders[1];
  const theirs = rest.length > 1 ? rest[0] : undefined;
  return mine !== undefined && theirs !== undefined && mine !== theirs
    ? `${mine} may not import its sibling ${theirs}`
    : undefined;
}

/** Modules that reach the pages and the manifest outside src/. */
const REACHES_OUT: ReadonlySet<string> = new Set(["http", "composition", "cli"]);

function outside(from: Place, source: string): string | undefined {
  if (from.test || REACHES_OUT.has(from.module) || source.endsWith(".json")) return undefined;
  return `src/${from.module} may not import ${source} from outside src`;
}
