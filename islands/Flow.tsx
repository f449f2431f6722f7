import type { CallPaths } from "../src/management/contract.ts";
import { callsOf, flowLayout } from "../components/flow/layout.ts";
import { PathList } from "../components/flow/path_list.tsx";
import { FlowPicture, HEIGHT } from "../components/flow/picture.tsx";
import { flowText } from "../components/flow/words.ts";
import { configuration } from "../components/live/configuration.ts";
import { useResource } from "../components/live/resource.ts";
import { text } from "../components/text/shell.ts";
import { Card, Empty, Problem } from "../components/ui/card.tsx";
import { SPANS } from "../components/usage/query.ts";
import { usageText } from "../components/usage/words.ts";

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
            {usageText.ranges[one as keyof typeof SPANS]}
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
    () => configuration.callPaths(SPANS[range], Date.now()),
    ["request"],
    5_000,
  );
  const { paths, complete } = flow.value.value;
  const calls = paths.reduce((sum, path) => sum + callsOf(path), 0);
  return (
    <Card title={words.title} note={words.note(calls, complete)} action={<Ranges range={range} />} flush>
      {flow.problem.value && <Problem>{text.loadFailed(flow.problem.value)}</Problem>}
      {calls === 0 ? <Empty icon="flow" title={words.empty}>{words.emptyDetail}</Empty> : (
        <>
          <div class="max-md:hidden">
            <FlowPicture layout={flowLayout(paths, HEIGHT)} calls={calls} />
          </div>
          <div class="border-t border-line md:hidden">
            <PathList paths={paths} most={MOST} />
          </div>
          <details class="border-t border-line py-2 max-md:hidden">
            <summary class="px-5 text-mute">{words.asTable}</summary>
            <PathList paths={paths} most={MOST} />
          </details>
        </>
      )}
    </Card>
  );
}
