import { recordedKey } from "../shared/format.ts";
import type { CallPaths } from "../../src/management/contract.ts";
import type { RequestFilters } from "../shared/requests/request_query.ts";
import { text } from "../shared/words.ts";
import { flowText } from "./words.ts";

export type FlowPath = CallPaths["paths"][number];
/** In the order in which they lie on each other. */
export const OUTCOMES = ["ok", "cancelled", "refused", "failed"] as const;
export type Outcome = typeof OUTCOMES[number];

export interface FlowNode {
  readonly id: string;
  readonly column: number;
  readonly label: string;
  readonly calls: number;
  readonly y: number;
  readonly height: number;
  /** Narrows the list of requests to those that went through it; absent where nothing does. */
  readonly filter?: Partial<RequestFilters>;
  /** Names that are joined as "others". */
  readonly names: readonly string[];
  /** The paths that run through it, by their place in the list. */
  readonly paths: ReadonlySet<number>;
}

/** Calls of one outcome from one station to the next. */
export interface FlowLink {
  readonly id: string;
  readonly from: FlowNode;
  readonly to: FlowNode;
  readonly outcome: Outcome;
  readonly calls: number;
  /** Upper edge at either end, and the width in between. */
  readonly fromY: number;
  readonly toY: number;
  readonly width: number;
  /** The paths that run through it, by their place in the list. */
  readonly paths: ReadonlySet<number>;
}

export interface FlowLayout {
  readonly nodes: readonly FlowNode[];
  readonly links: readonly FlowLink[];
}

/** Nodes of one column beyond this many are drawn as one. */
const MOST = 9;
const GAP = 12;
const LEAST = 3;

interface Station {
  readonly label: string;
  readonly filter?: Partial<RequestFilters>;
}

export function callsOf({ ok, failed, cancelled, refused }: FlowPath): number {
  return ok + failed + cancelled + refused;
}

/** The stations of a path; it ends early where its calls stopped. */
export function stationsOf({ agent, model, project, key, name }: FlowPath): readonly Station[] {
  const first = [
    { label: agent || text.unknown, ...(agent === "" ? {} : { filter: { agent } }) },
    { label: model || text.unknown, ...(model === "" ? {} : { filter: { model } }) },
  ];
  if (key === null) return first;
  const shown = recordedKey(name ?? key);
  return [...first, { label: project ?? flowText.noProject }, { label: shown, filter: { key } }];
}

/** Labels of a column that are drawn by themselves: the busiest. */
function kept(paths: readonly FlowPath[], column: number): ReadonlySet<string> {
  const sums = new Map<string, number>();
  for (const path of paths) {
    const label = stationsOf(path)[column]?.label;
    if (label !== undefined) sums.set(label, (sums.get(label) ?? 0) + callsOf(path));
  }
  const labels = [...sums].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([label]) => label);
  return new Set(labels.length <= MOST ? labels : labels.slice(0, MOST - 1));
}

/** A path with the stations that are drawn. */
interface Drawn {
  readonly path: FlowPath;
  readonly stations: readonly (Station & { readonly id: string; readonly name: string })[];
}

function drawn(paths: readonly FlowPath[]): readonly Drawn[] {
  const names = [0, 1, 2, 3].map((column) => kept(paths, column));
  return paths.map((path) => ({
    path,
    stations: stationsOf(path).map((station, column) =>
      names[column]!.has(station.label)
        ? { ...station, id: `${column}:${station.label}`, name: station.label }
        : { label: flowText.others, id: `${column}:`, name: station.label }
    ),
  }));
}

interface Sum extends Station {
  readonly id: string;
  readonly column: number;
  calls: number;
  readonly names: Set<string>;
  readonly paths: Set<number>;
}

function sums(paths: readonly Drawn[]): readonly Sum[] {
  const found = new Map<string, Sum>();
  for (const [index, { path, stations }] of paths.entries()) {
    stations.forEach(({ id, label, filter, name }, column) => {
      const sum = found.get(id) ??
        {
          id,
          column,
          label,
          calls: 0,
          names: new Set<string>(),
          paths: new Set<number>(),
          ...(filter === undefined ? {} : { filter }),
        };
      sum.calls += callsOf(path);
      sum.names.add(name);
      sum.paths.add(index);
      found.set(id, sum);
    });
  }
  return [...found.values()];
}

/** The stations of one column below each other, the busiest first, others last. */
function place(column: readonly Sum[], scale: number, height: number): readonly FlowNode[] {
  const isOthers = ({ id }: Sum) => id.endsWith(":") ? 1 : 0;
  const rows = column.toSorted((a, b) =>
    isOthers(a) - isOthers(b) || b.calls - a.calls || (a.id < b.id ? -1 : 1)
  );
  const heights = rows.map(({ calls }) => Math.max(LEAST, calls * scale));
  const used = heights.reduce((sum, one) => sum + one, 0) + GAP * (rows.length - 1);
  let y = Math.max(0, (height - used) / 2);
  return rows.map(({ names, ...row }, index) => {
    const node = { ...row, names: [...names], y, height: heights[index]! };
    y += node.height + GAP;
    return node;
  });
}

/** Lays the paths out in four columns - agent, model, project, key - within `height`. Nothing is lost: each column adds up to its calls. */
export function flowLayout(paths: readonly FlowPath[], height: number): FlowLayout {
  const all = drawn(paths.filter((path) => callsOf(path) > 0));
  const stations = sums(all);
  const columns = [0, 1, 2, 3].map((column) => stations.filter((one) => one.column === column));
  const most = Math.max(1, ...columns.map((column) => column.length));
  const total = all.reduce((sum, { path }) => sum + callsOf(path), 0);
  const scale = Math.max(0.001, (height - (GAP + LEAST) * (most - 1)) / Math.max(1, total));
  const nodes = columns.flatMap((column) => place(column, scale, height));
  return { nodes, links: route(counts(all), nodes, scale) };
}

interface Count {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly outcome: Outcome;
  calls: number;
  readonly paths: Set<number>;
}

function counts(paths: readonly Drawn[]): readonly Count[] {
  const found = new Map<string, Count>();
  for (const [index, { path, stations }] of paths.entries()) {
    for (let column = 1; column < stations.length; column++) {
      const [from, to] = [stations[column - 1]!.id, stations[column]!.id];
      for (const outcome of OUTCOMES) {
        if (path[outcome] === 0) continue;
        const id = `${from}>${to}>${outcome}`;
        const count = found.get(id) ?? { id, from, to, outcome, calls: 0, paths: new Set<number>() };
        count.calls += path[outcome];
        count.paths.add(index);
        found.set(id, count);
      }
    }
  }
  return [...found.values()];
}

/** Gives each link its place on the edges of its two nodes, from the top down, outcomes of one pair beside each other. */
function route(links: readonly Count[], nodes: readonly FlowNode[], scale: number): readonly FlowLink[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const yOf = (id: string) => byId.get(id)?.y ?? 0;
  const [outs, ins] = [new Map<string, number>(), new Map<string, number>()];
  const sorted = links.toSorted((a, b) =>
    yOf(a.from) - yOf(b.from) || yOf(a.to) - yOf(b.to) ||
    OUTCOMES.indexOf(a.outcome) - OUTCOMES.indexOf(b.outcome)
  );
  return sorted.flatMap(({ from: fromId, to: toId, ...link }) => {
    const [from, to] = [byId.get(fromId), byId.get(toId)];
    if (from === undefined || to === undefined) return [];
    const width = Math.max(1, link.calls * scale);
    const [out, into] = [outs.get(fromId) ?? 0, ins.get(toId) ?? 0];
    outs.set(fromId, out + width);
    ins.set(toId, into + width);
    return [{ ...link, from, to, fromY: from.y + out, toY: to.y + into, width }];
  });
}

/** The paths through a station or link of this id; undefined for none. */
export function pathsThrough({ nodes, links }: FlowLayout, id: string): ReadonlySet<number> | undefined {
  return (nodes.find((node) => node.id === id) ?? links.find((link) => link.id === id))?.paths;
}
