import type { Call as LiveCall } from "../src/management/contract.ts";
import { attempt } from "../components/shared/live/attempt.ts";
import { api } from "../components/shared/live/browser_api.ts";
import { useResource } from "../components/shared/live/resource.ts";
import { CallList, readLiveCalls } from "../components/now/call_list.tsx";
import { EndedList, readEndedCalls } from "../components/now/ended_list.tsx";
import type { CallRecord } from "../components/shared/views.ts";
import { nowText } from "../components/now/words.ts";
import { text } from "../components/shared/words.ts";
import { Empty, Problem } from "../components/shared/ui/card.tsx";

const words = nowText;
/** How often the list is read again: the arrival of a call makes no event. */
const EVERY_MS = 1_000;

export interface NowProps {
  readonly calls: readonly LiveCall[];
  readonly ended: readonly CallRecord[];
}

/** Every call in flight or waiting, with its reason and a button that ends it; below them what became of the last ones. */
export default function Now(props: NowProps) {
  const calls = useResource(props.calls, () => readLiveCalls(api), ["request", "pool_update"], 500, EVERY_MS);
  const ended = useResource(props.ended, () => readEndedCalls(api), ["request"], 2_000);
  const cancel = async (call: LiveCall) => {
    await attempt(() => api.cancelCall(call.id), words.cancelled);
    await calls.refresh();
  };
  return (
    <div class="grid gap-4 lg:gap-5">
      {calls.problem.value && <Problem>{text.loadFailed(calls.problem.value)}</Problem>}
      {calls.value.value.length === 0
        ? (
          <div class="card">
            <Empty icon="play" title={words.empty}>{words.emptyDetail}</Empty>
          </div>
        )
        : (
          <CallList
            calls={calls.value.value}
            onCancel={(call) => void cancel(call)}
          />
        )}
      <EndedList calls={ended.value.value} />
    </div>
  );
}
