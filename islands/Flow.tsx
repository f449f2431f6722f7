import type { CallRecord, KeyRow } from "../components/data/views.ts";
import { wholeNumber } from "../components/format.ts";
import { data } from "../components/live/browser_api.ts";
import { useResource } from "../components/live/resource.ts";
import { flowText } from "../components/text/flow.ts";
import { Card, Empty } from "../components/ui/card.tsx";
import {
  type FlowLayout,
  flowLayout,
  type FlowLink,
  type FlowNode,
} from "../components/views/flow_layout.ts";

const words = flowText;
const WIDTH = 1000;
const HEIGHT = 440;
const BAR = 8;
const STEP = (WIDTH - 190) / 3;

function nodeX(node: FlowNode): number {
  return node.column * STEP;
}

function Ribbon({ link }: { link: FlowLink }) {
  const [x1, x2] = [nodeX(link.from) + BAR, nodeX(link.to)];
  const [y1, y2] = [link.fromY + link.width / 2, link.toY + link.width / 2];
  const middle = (x1 + x2) / 2;
  const tone = link.failed * 2 > link.calls ? "stroke-bad-fill" : "stroke-accent";
  return (
    <path
      d={`M${x1},${y1.toFixed(1)}C${middle},${y1.toFixed(1)} ${middle},${y2.toFixed(1)} ${x2},${
        y2.toFixed(1)
      }`}
      class={`${tone} opacity-25 hover:opacity-60`}
      fill="none"
      stroke-width={link.width.toFixed(1)}
    >
      <title>{words.link(link.from.label, link.to.label, link.calls)}</title>
    </path>
  );
}

function Node({ node }: { node: FlowNode }) {
  const x = nodeX(node);
  const short = node.label.length > 24 ? `${node.label.slice(0, 23)}…` : node.label;
  return (
    <g>
      <title>{`${node.label}: ${wholeNumber(node.calls)}`}</title>
      <rect
        x={x}
        y={node.y}
        width={BAR}
        height={node.height}
        rx="2"
        class={node.failed * 2 > node.calls ? "fill-bad-fill" : "fill-accent"}
      />
      <text
        x={x + BAR + 8}
        y={node.y + node.height / 2 + 4}
        class="fill-ink stroke-panel text-[12px] [paint-order:stroke]"
        stroke-width="3"
      >
        {short}
        <tspan dx="6" class="num fill-mute">{wholeNumber(node.calls)}</tspan>
      </text>
    </g>
  );
}

function Picture({ layout, calls }: { layout: FlowLayout; calls: number }) {
  return (
    <svg
      viewBox={`0 -28 ${WIDTH} ${HEIGHT + 36}`}
      class="mx-auto block max-h-[70vh] w-full min-w-[46rem]"
      role="img"
      aria-label={words.label(calls)}
    >
      {words.columns.map((column, index) => (
        <text key={column} x={index * STEP} y={-12} class="fill-mute text-[12px] font-medium">{column}</text>
      ))}
      {layout.links.map((link) => <Ribbon key={`${link.from.id}>${link.to.id}`} link={link} />)}
      {layout.nodes.map((node) => <Node key={node.id} node={node} />)}
    </svg>
  );
}

function LinkTable({ links }: { links: readonly FlowLink[] }) {
  return (
    <details class="border-t border-line px-5 py-3">
      <summary class="text-mute">{words.asTable}</summary>
      <table class="grid-table mt-2">
        <thead>
          <tr>
            <th scope="col">{words.from}</th>
            <th scope="col">{words.to}</th>
            <th scope="col" class="end">{words.calls}</th>
            <th scope="col" class="end">{words.failed}</th>
          </tr>
        </thead>
        <tbody>
          {links.map((link) => (
            <tr key={`${link.from.id}>${link.to.id}`}>
              <td>{link.from.label}</td>
              <td>{link.to.label}</td>
              <td class="end">{wholeNumber(link.calls)}</td>
              <td class="end">{wholeNumber(link.failed)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

export interface FlowProps {
  readonly calls: readonly CallRecord[];
  readonly keys: readonly KeyRow[];
}

/** Agent, model, project, key: where the last calls went, and where they stopped. */
export default function Flow(props: FlowProps) {
  const calls = useResource(
    props.calls,
    async () => (await data.requests("limit=500")).items,
    ["request"],
    3_000,
  );
  const keys = useResource(props.keys, data.keys, ["pool_update"]);
  const list = calls.value.value;
  if (list.length === 0) {
    return (
      <div class="card">
        <Empty icon="flow" title={words.empty}>{words.emptyDetail}</Empty>
      </div>
    );
  }
  const layout = flowLayout(list, keys.value.value, HEIGHT);
  return (
    <Card title={words.title} note={words.note(list.length)} flush>
      <div class="overflow-x-auto px-5 pb-5" tabIndex={0} role="group" aria-label={words.title}>
        <Picture layout={layout} calls={list.length} />
      </div>
      <LinkTable links={layout.links} />
    </Card>
  );
}
