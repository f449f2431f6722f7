import { useSignal } from "@preact/signals";
import { api, messageOf } from "../shared/live/browser_api.ts";
import { showToast } from "../shared/live/toasts.ts";
import { Icon } from "../shared/ui/icon.tsx";
import { keysText } from "./words.ts";

const words = keysText;

interface Progress {
  readonly done: number;
  readonly total: number;
}

/** Checks every key on the server, which reports progress after each; returns how many work. */
async function checkAll(tell: (progress: Progress) => void): Promise<Progress> {
  const response = await fetch("/api/keys/check", {
    method: "POST",
    headers: { accept: "text/event-stream", "content-type": "application/json" },
    body: "{}",
  });
  // Without a stream the plain answer has the result, or the error.
  if (!response.ok || response.body === null) return wellOf((await api.checkAllKeys()).results);
  let text = "";
  let results: readonly { readonly ok: boolean }[] = [];
  for await (const piece of chunksOf(response.body.pipeThrough(new TextDecoderStream()))) {
    const frames = (text + piece).split("\n\n");
    text = frames.pop() ?? "";
    for (const frame of frames) {
      const data = /^data: ?(.*)$/m.exec(frame)?.[1];
      if (data === undefined) continue;
      const told = JSON.parse(data);
      if (frame.startsWith("event: progress")) tell(told);
      else if (Array.isArray(told.results)) results = told.results;
      else throw new Error(told.error?.message ?? data);
    }
  }
  return wellOf(results);
}

function wellOf(results: readonly { readonly ok: boolean }[]): Progress {
  return { done: results.filter(({ ok }) => ok).length, total: results.length };
}

/** Not every browser iterates over streams. */
async function* chunksOf(stream: ReadableStream<string>): AsyncGenerator<string> {
  const reader = stream.getReader();
  for (let step = await reader.read(); !step.done; step = await reader.read()) yield step.value;
}

export function CheckAllButton({ none, refresh }: { none: boolean; refresh: () => Promise<void> }) {
  const progress = useSignal<Progress | undefined>(undefined);
  const run = async () => {
    progress.value = { done: 0, total: 0 };
    try {
      const { done, total } = await checkAll((now) => progress.value = now);
      showToast(words.checked(done, total), { tone: done === total ? "good" : "bad" });
    } catch (error) {
      showToast(messageOf(error), { tone: "bad" });
    }
    progress.value = undefined;
    await refresh();
  };
  const now = progress.value;
  return (
    <button type="button" class="btn" disabled={now !== undefined || none} onClick={run}>
      <Icon name="refresh" />
      {now === undefined ? words.checkAll : words.checking(now.done, now.total)}
    </button>
  );
}
