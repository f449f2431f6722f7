import { type ComponentType, h, hydrate } from "preact";
import { signal } from "@preact/signals";
import { parse } from "devalue";

type Load = () => Promise<Record<string, unknown>>;
type Props = Record<string, unknown>;

function fileOf(element: Element): readonly [file: string, name: string] {
  const [file = "", name = "default"] = (element.getAttribute("name") ?? "").split("#");
  return [file, name];
}

async function hydrateIsland(
  element: Element,
  props: readonly Props[],
  loading: Promise<Record<string, unknown>> | undefined,
): Promise<void> {
  const [file, name] = fileOf(element);
  const module = await loading;
  const component = module?.[name] as ComponentType<Props> | undefined;
  if (component === undefined) throw new Error(`No island is called ${file}#${name}.`);
  hydrate(h(component, props[Number(element.getAttribute("index"))] ?? {}), element);
  element.setAttribute("ready", "");
}

/** Hydrates every <x-island> of the page. A signal that was given to two islands is one signal here too. */
export async function boot(islands: Record<string, Load>): Promise<void> {
  const data = document.getElementById("island-props")?.textContent;
  if (!data) return;
  const props = parse(data, { Signal: ([value]: [unknown]) => signal(value) }) as Props[];
  const loading = [...document.querySelectorAll("x-island")].map((element) =>
    [element, islands[fileOf(element)[0]]?.()] as const
  );
  for (const [element, module] of loading) {
    await hydrateIsland(element, props, module);
    // All of them at once would be one long task, in which the page answers nobody.
    await new Promise((resolve) => setTimeout(resolve));
  }
  document.documentElement.dataset["ready"] = "";
}
