import type { CallRecord, KeyRow } from "../data/views.ts";
import { keyName } from "../format.ts";
import { text } from "../text/shell.ts";
import { flowText } from "../text/flow.ts";

export interface FlowNode {
  readonly id: string;
  readonly column: number;
  readonly label: string;
  readonly calls: number;
  readonly failed: number;
  readonly y: number;
  readonly height: number;
}

export interface FlowLink {
  readonly from: FlowNode;
  readonly to: FlowNode;
  readonly calls: number;
  readonly failed: number;
  /** Upper edge at either end, and the width in between. */
  readonly fromY: number;
  readonly toY: number;
  readonly width: number;
}

export interface FlowLayout {
  readonly nodes: readonly FlowNode[];
  readonly links: readonly FlowLink[];
}

/** Nodes of one column beyond this many are drawn as one. */
const MOST = 9;
const GAP = 12;

interface Tally {
  calls: number;
  failed: number;
}

/** The stations of one call; it ends early where it stopped. */
function pathOf(call: CallRecord, keys: ReadonlyMap<string, KeyRow>): readonly string[] {
  const agent = call.agent || text.unknown;
  const model = call.modelUsed ?? call.modelAsked;
  const last = call.attempts.at(-1);
  if (last === undefined) return [agent, model];
  const key = keys.get(last.credential);
  return [agent, model, key?.project || flowText.noProject, key === undefined ? last.name : keyName(key)];
}

function count(tallies: Map<string, Tally>, name: string, failed: boolean): void {
  const tally = tallies.get(name) ?? { calls: 0, failed: 0 };
  tallies.set(name, { calls: tally.calls + 1, failed: tally.failed + (failed ? 1 : 0) });
}

/** Names of a column that are drawn by themselves: the busiest. */
function kept(paths: readonly (readonly string[])[], column: number): ReadonlySet<string> {
  const tallies = new Map<string, Tally>();
  for (const path of paths) if (path[column] !== undefined) count(tallies, path[column], false);
  const names = [...tallies].sort((a, b) => b[1].calls - a[1].calls).map(([name]) => name);
  return new Set(names.length <= MOST ? names : names.slice(0, MOST - 1));
}

function place(
  column: number,
  tallies: ReadonlyMap<string, Tally>,
  scale: number,
  height: number,
): readonly FlowNode[] {
  const rows = [...tallies].sort((a, b) => b[1].calls - a[1].calls);
  const used = rows.reduce((sum, [, { calls }]) => sum + Math.max(3, calls * scale), 0) +
    GAP * (rows.length - 1);
  let y = Math.max(0, (height - used) / 2);
  return rows.map(([label, { calls, failed }]) => {
    const node = {
      id: `${column}:${label}`,
      column,
      label,
      calls,
      failed,
      y,
      height: Math.max(3, calls * scale),
    };
    y += node.height + GAP;
    return node;
  });
}

/** Lays the calls out in four columns - agent, model, project, key - within `height`. */
export function flowLayout(
  calls: readonly CallRecord[],
  keys: readonly KeyRow[],
  height: number,
): FlowLayout {
  const byId = new Map(keys.map((key) => [key.id, key]));
  const whole = calls.map((call) => pathOf(call, byId));
  const names = [0, 1, 2, 3].map((column) => kept(whole, column));
  const paths = whole.map((path) =>
    path.map((name, column) => names[column]?.has(name) ? name : flowText.others)
  );
  const columns = [0, 1, 2, 3].map(() => new Map<string, Tally>());
  const links = new Map<string, Tally & { readonly from: string; readonly to: string }>();
  paths.forEach((path, index) => {
    const failed = calls[index]?.outcome === "failed";
    path.forEach((name, column) => {
      count(columns[column] ?? new Map(), name, failed);
      if (column === 0) return;
      const [from, to] = [`${column - 1}:${path[column - 1]}`, `${column}:${name}`];
      const link = links.get(`${from}>${to}`) ?? { from, to, calls: 0, failed: 0 };
      links.set(`${from}>${to}`, { ...link, calls: link.calls + 1, failed: link.failed + (failed ? 1 : 0) });
    });
  });
  const most = Math.max(...columns.map((column) => column.size));
  const scale = Math.max(0.01, (height - GAP * (most - 1)) / Math.max(1, calls.length));
  const nodes = columns.flatMap((tallies, column) => place(column, tallies, scale, height));
  return { nodes, links: route([...links.values()], nodes, scale) };
}

type Count = Tally & { readonly from: string; readonly to: string };

/** Gives each link its place on the edges of its two nodes, from the top down. */
function route(links: readonly Count[], nodes: readonly FlowNode[], scale: number): readonly FlowLink[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const [outs, ins] = [new Map<string, number>(), new Map<string, number>()];
  const order = (link: Count) => (byId.get(link.from)?.y ?? 0) * 10_000 + (byId.get(link.to)?.y ?? 0);
  return links.toSorted((a, b) => order(a) - order(b)).flatMap((link) => {
    const [from, to] = [byId.get(link.from), byId.get(link.to)];
    if (from === undefined || to === undefined) return [];
    const width = Math.max(1, link.calls * scale);
    const [out, into] = [outs.get(link.from) ?? 0, ins.get(link.to) ?? 0];
    outs.set(link.from, out + width);
    ins.set(link.to, into + width);
    return [{
      from,
      to,
      calls: link.calls,
      failed: link.failed,
      fromY: from.y + out,
      toY: to.y + into,
      width,
    }];
  });
}
