import { useSignal } from "@preact/signals";
import { wholeNumber } from "../shared/format.ts";
import { type RequestFilters, requestsHref } from "../shared/requests/request_query.ts";
import type { FlowLayout, FlowLink, FlowNode, Outcome } from "./layout.ts";
import { OUTCOMES, pathsThrough } from "./layout.ts";
import { flowText } from "./words.ts";

const words = flowText;
const WIDTH = 1000;
export const HEIGHT = 440;
const BAR = 8;
const STEP = (WIDTH - 190) / 3;
const STROKES: Readonly<Record<Outcome, string>> = {
  ok: "stroke-accent",
  cancelled: "stroke-edge",
  refused: "stroke-refused-fill",
  failed: "stroke-bad-fill",
};
const DOTS: Readonly<Record<Outcome, string>> = {
  ok: "bg-accent",
  cancelled: "bg-edge",
  refused: "bg-refused-fill",
  failed: "bg-bad-fill",
};

function nodeX(node: FlowNode): number {
  return node.column * STEP;
}

/** The paths that are lit up; undefined while none is, and everything is seen. */
type Lit = ReadonlySet<number> | undefined;

function isLit({ paths }: FlowLink | FlowNode, lit: Lit): boolean {
  return lit === undefined || !paths.isDisjointFrom(lit);
}

/** The time of the page: the requests behind a path are of that time too. */
type Span = Pick<RequestFilters, "span">;

function Ribbon({ link, lit, span, onLight }: {
  link: FlowLink;
  lit: Lit;
  span: Span;
  onLight: (id: string) => void;
}) {
  const [x1, x2] = [nodeX(link.from) + BAR, nodeX(link.to)];
  const [y1, y2] = [link.fromY + link.width / 2, link.toY + link.width / 2];
  const middle = (x1 + x2) / 2;
  const opacity = lit === undefined ? "opacity-30" : isLit(link, lit) ? "opacity-70" : "opacity-5";
  return (
    <a
      href={requestsHref({ ...span, ...link.from.filter, ...link.to.filter, ...filterOf(link.outcome) })}
      tabIndex={-1}
      data-outcome={link.outcome}
      data-lit={lit !== undefined && isLit(link, lit)}
      onMouseEnter={() => onLight(link.id)}
      onMouseLeave={() => onLight("")}
    >
      <path
        d={`M${x1},${y1.toFixed(1)}C${middle},${y1.toFixed(1)} ${middle},${y2.toFixed(1)} ${x2},${
          y2.toFixed(1)
        }`}
        class={`${STROKES[link.outcome]} ${opacity} transition-opacity`}
        fill="none"
        stroke-width={link.width.toFixed(1)}
      >
        <title>{words.link(link.from.label, link.to.label, words.outcomes[link.outcome], link.calls)}</title>
      </path>
    </a>
  );
}

function filterOf(outcome: Outcome) {
  switch (outcome) {
    case "failed":
    case "refused":
      return { is: outcome };
    case "cancelled":
      return { is: "left" as const };
    default:
      return { class: "ok" };
  }
}

/** The title of a station in a tooltip; of "others" the first names. */
function titleOf({ label, names, calls }: FlowNode): string {
  const some = names.length > 1 ? ` (${names.slice(0, 8).join(", ")}${names.length > 8 ? ", …" : ""})` : "";
  return words.station(label + some, calls);
}

function Node({ node, lit, span, onLight }: {
  node: FlowNode;
  lit: boolean;
  span: Span;
  onLight: (id: string) => void;
}) {
  const x = nodeX(node);
  const short = node.label.length > 24 ? `${node.label.slice(0, 23)}…` : node.label;
  const drawing = (
    <>
      <title>{titleOf(node)}</title>
      <rect
        x={x}
        y={node.y}
        width={BAR}
        height={node.height}
        rx="2"
        class={lit ? "fill-ink" : "fill-edge"}
      />
      <text
        x={x + BAR + 8}
        y={node.y + node.height / 2 + 4}
        class={`${lit ? "fill-ink" : "fill-mute"} stroke-panel text-[12px] [paint-order:stroke]`}
        stroke-width="3"
        aria-hidden="true"
      >
        {short}
        <tspan dx="6" class="num fill-mute">{wholeNumber(node.calls)}</tspan>
      </text>
    </>
  );
  const light = { onMouseEnter: () => onLight(node.id), onMouseLeave: () => onLight("") };
  return node.filter === undefined ? <g {...light}>{drawing}</g> : (
    <a
      href={requestsHref({ ...span, ...node.filter })}
      data-station={node.id}
      {...light}
      onFocus={() => onLight(node.id)}
      onBlur={() => onLight("")}
    >
      {drawing}
    </a>
  );
}

/** The ways of the calls, coloured by how they ended; the way through what is pointed at is lit up. */
export function FlowPicture({ layout, calls, span }: { layout: FlowLayout; calls: number; span: Span }) {
  const lit = useSignal("");
  const light = (id: string) => lit.value = id;
  const shown = OUTCOMES.filter((outcome) => layout.links.some((link) => link.outcome === outcome));
  const paths = pathsThrough(layout, lit.value);
  return (
    <div class="px-5 pb-4">
      <ul class="mb-2 flex flex-wrap gap-x-4 text-xs text-mute">
        {shown.map((outcome) => (
          <li key={outcome} class="inline-flex items-center gap-1.5">
            <span class={`size-2 rounded-sm ${DOTS[outcome]}`} aria-hidden="true" />
            {words.outcomes[outcome]}
          </li>
        ))}
      </ul>
      <svg
        viewBox={`0 -28 ${WIDTH} ${HEIGHT + 36}`}
        class="mx-auto block max-h-[70vh] w-full"
        role="group"
        aria-label={words.label(calls)}
      >
        {words.columns.map((column, index) => (
          <text key={column} x={index * STEP} y={-12} class="fill-mute text-[12px] font-medium">
            {column}
          </text>
        ))}
        {layout.links.map((link) => (
          <Ribbon key={link.id} link={link} lit={paths} span={span} onLight={light} />
        ))}
        {layout.nodes.map((node) => (
          <Node
            key={node.id}
            node={node}
            lit={isLit(node, paths)}
            span={span}
            onLight={light}
          />
        ))}
      </svg>
    </div>
  );
}
