import { useSignal } from "@preact/signals";
import { messageOf } from "../live/browser_api.ts";
import { chatCall } from "../playground/chat_call.ts";
import { playgroundText } from "../text/playground.ts";
import { setupText } from "../text/setup.ts";
import { Problem } from "../ui/card.tsx";
import { Icon } from "../ui/icon.tsx";

const words = setupText;

/** Last: a call through the proxy, as an agent would make it. */
export function CallStep({ models }: { models: readonly string[] }) {
  const model = useSignal(models[0] ?? "");
  const answer = useSignal("");
  const problem = useSignal("");
  const note = useSignal("");
  const isBusy = useSignal(false);
  const call = async () => {
    [answer.value, problem.value, note.value, isBusy.value] = ["", "", "", true];
    const turns = [{ role: "user" as const, text: words.callPrompt }];
    const draft = { dialect: "openai" as const, model: model.value, system: "", stream: true, turns };
    try {
      const done = await chatCall(draft, (part) => answer.value += part, AbortSignal.timeout(120_000));
      note.value = playgroundText.servedBy(done.key, done.ms);
    } catch (error) {
      problem.value = messageOf(error);
    }
    isBusy.value = false;
  };
  return (
    <div class="grid gap-4">
      <p class="text-mute">{words.callLead}</p>
      <div class="flex flex-wrap items-end gap-3">
        <label>
          <span class="label">{words.callModel}</span>
          <select
            class="field !w-auto"
            value={model}
            onChange={(event) => model.value = event.currentTarget.value}
          >
            {models.map((one) => <option key={one} value={one}>{one}</option>)}
          </select>
        </label>
        <button
          type="button"
          class="btn btn-primary"
          disabled={isBusy.value || model.value === ""}
          onClick={call}
        >
          <Icon name="play" />
          {isBusy.value ? words.calling : words.call}
        </button>
      </div>
      {answer.value && (
        <p class="rounded-xl bg-sunken px-4 py-3 whitespace-pre-wrap" aria-live="polite">{answer.value}</p>
      )}
      {problem.value && <Problem>{problem.value}</Problem>}
      {note.value && (
        <div class="flex flex-wrap items-center gap-3" role="status">
          <span class="flex items-center gap-2 font-medium text-good">
            <Icon name="check" />
            {words.callDone}
          </span>
          <span class="num text-xs text-mute">{note.value}</span>
          <a class="btn btn-primary ms-auto" href="/dashboard">{words.finish}</a>
        </div>
      )}
    </div>
  );
}
