import { type ComponentType, h, hydrate } from "preact";
import { signal } from "@preact/signals";
import { parse } from "devalue";

type Load = () => Promise<Record<string, unknown>>;
type Props = Record<string, unknown>;

async function hydrateIsland(
  element: Element,
  props: readonly Props[],
  islands: Record<string, Load>,
): Promise<void> {
  const [file = "", name = "default"] = (element.getAttribute("name") ?? "").split("#");
  const module = await islands[file]?.();
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
  const elements = [...document.querySelectorAll("x-island")];
  await Promise.all(elements.map((element) => hydrateIsland(element, props, islands)));
  document.documentElement.dataset["ready"] = "";
}
