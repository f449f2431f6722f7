import { type ComponentType, createContext, h, options, type VNode } from "preact";
import { useContext } from "preact/hooks";
import type { Manifest } from "./contract.ts";

type Props = Record<string, unknown>;

/** What one rendering found: the islands' names and, in order of appearance, their props. */
export interface IslandHarvest {
  readonly names: Set<string>;
  readonly props: Props[];
}

const namesByComponent = new Map<unknown, string>();
const InsideIsland = createContext(false);
/** Vnodes that a Mount made itself; marking them again would never end. */
const mounted = new WeakSet<VNode>();
let harvest: IslandHarvest | undefined;

/** Makes every function that a file under `islands/` exports known as an island. */
export function registerIslands(islands: Manifest["islands"]): void {
  for (const [file, module] of Object.entries(islands)) {
    for (const [name, component] of Object.entries(module)) {
      if (typeof component !== "function") continue;
      namesByComponent.set(component, name === "default" ? file : `${file}#${name}`);
    }
  }
}

/** Renders an island's HTML inside the element that the browser hydrates; an island in an island stays part of it. */
function Mount({ component, name, props }: { component: ComponentType<Props>; name: string; props: Props }) {
  const nested = useContext(InsideIsland);
  const inner = h(component, props);
  mounted.add(inner);
  if (nested || harvest === undefined) return inner;
  harvest.names.add(name);
  const index = harvest.props.push(props) - 1;
  return h(InsideIsland.Provider, { value: true, children: h("x-island", { name, index }, inner) });
}

/** Preact's hook "before a vnode is rendered", under its mangled name, which signals and preact/debug rely on as well. */
const hooks = options as { __b?: (vnode: VNode) => void };
const previousHook = hooks.__b;

hooks.__b = (vnode) => {
  const name = typeof vnode.type === "function" && !mounted.has(vnode)
    ? namesByComponent.get(vnode.type)
    : undefined;
  if (name !== undefined && harvest !== undefined) {
    const props = { component: vnode.type, name, props: vnode.props };
    vnode.type = Mount as ComponentType;
    vnode.props = props as never;
  }
  previousHook?.(vnode);
};

/** Runs a synchronous rendering and returns its result with the islands that it met. */
export function harvestIslands<Result>(render: () => Result): { result: Result; islands: IslandHarvest } {
  const islands: IslandHarvest = { names: new Set(), props: [] };
  harvest = islands;
  try {
    return { result: render(), islands };
  } finally {
    harvest = undefined;
  }
}
