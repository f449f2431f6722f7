import { api } from "../components/shared/live/browser_api.ts";
import type { CallPaths } from "../src/management/contract.ts";
import { callsOf, flowLayout, type FlowPath, OUTCOMES, stationsOf } from "../components/flow/layout.ts";
import { FlowPicture, HEIGHT } from "../components/flow/picture.tsx";
import { flowText } from "../components/flow/words.ts";
import { useResource } from "../components/shared/live/resource.ts";
import { text } from "../components/shared/words.ts";
import { Card, Empty, Problem } from "../components/shared/ui/card.tsx";
import { spanNames, SPANS } from "../components/shared/spans.ts";
import { wholeNumber } from "../components/shared/format.ts";
import { type RequestFilters, requestsHref } from "../components/shared/requests/request_query.ts";

const words = flowText;
const MOST = 30;

export interface FlowProps {
  readonly range: keyof typeof SPANS;
  readonly flow: CallPaths;
}

function Ranges({ range }: Pick<FlowProps, "range">) {
  return (
    <form method="get" class="flex items-center gap-2">
      <select
        class="field !w-auto"
        name="range"
        aria-label={words.range}
        onChange={(event) => location.assign(`?range=${event.currentTarget.value}`)}
      >
        {Object.keys(SPANS).map((one) => (
          <option key={one} value={one} selected={one === range}>
            {spanNames[one as keyof typeof SPANS]}
          </option>
        ))}
      </select>
      <noscript>
        <button type="submit" class="btn">{words.show}</button>
      </noscript>
    </form>
  );
}

/** Agent, model, project, key: which way calls went in a time, and where they stopped. A picture on wide screens, lines on narrow ones. */
export default function Flow({ range, flow: first }: FlowProps) {
  const flow = useResource(
    first,
    () => api.callPaths({ since: Date.now() - SPANS[range] }),
    ["request"],
    5_000,
  );
  const { paths, complete } = flow.value.value;
  const calls = paths.reduce((sum, path) => sum + callsOf(path), 0);
  // Everywhere else a refused request is no call.
  const refused = paths.reduce((sum, path) => sum + path.refused, 0);
  const span = { span: String(SPANS[range]) };
  return (
    <Card
      title={words.title}
      note={words.note(calls - refused, refused, complete)}
      action={<Ranges range={range} />}
      flush
    >
      {flow.problem.value && <Problem>{text.loadFailed(flow.problem.value)}</Problem>}
      {calls === 0 ? <Empty icon="flow" title={words.empty}>{words.emptyDetail}</Empty> : (
        <>
          <div class="max-md:hidden">
            <FlowPicture layout={flowLayout(paths, HEIGHT)} calls={calls} span={span} />
          </div>
          <div class="border-t border-line md:hidden">
            <PathList paths={paths} most={MOST} span={span} />
          </div>
          <details class="border-t border-line py-2 max-md:hidden">
            <summary class="px-5 text-mute">{words.asTable}</summary>
            <PathList paths={paths} most={MOST} span={span} />
          </details>
        </>
      )}
    </Card>
  );
}

/** The ways as lines, for small screens, for screen readers and without script; each opens its requests. */
function PathList({ paths, most, span }: {
  paths: readonly FlowPath[];
  most: number;
  /** The time of the page: the requests behind a path are of that time too. */
  span: Pick<RequestFilters, "span">;
}) {
  return (
    <>
      <ol class="divide-y divide-line" aria-label={words.paths}>
        {paths.slice(0, most).map((path, index) => {
          const stations = stationsOf(path);
          const filter = Object.assign({}, span, ...stations.map(({ filter }) => filter ?? {}));
          return (
            <li key={index} class="grid gap-0.5 px-4 py-2 sm:px-5">
              <a class="min-w-0 break-words hover:underline" href={requestsHref(filter)}>
                {stations.map(({ label }, column) => (
                  <span key={column}>
                    {column > 0 && " → "}
                    <span class="inline-block max-w-full break-words">{label}</span>
                  </span>
                ))}
              </a>
              <span class="num text-xs text-mute">
                {OUTCOMES.filter((outcome) => path[outcome] > 0)
                  .map((outcome) => `${wholeNumber(path[outcome])} ${words.outcomes[outcome]}`).join(", ")}
              </span>
            </li>
          );
        })}
      </ol>
      {paths.length > most && (
        <p class="px-4 py-2 text-xs text-mute sm:px-5">{words.more(paths.length - most)}</p>
      )}
    </>
  );
}
