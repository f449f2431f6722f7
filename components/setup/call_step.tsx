import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { FIRST_RUN } from "../../src/core/first_run.ts";
import { duration } from "../shared/format.ts";
import { messageOf } from "../shared/live/browser_api.ts";
import { chatCall } from "../shared/chat/chat_call.ts";
import { Problem } from "../shared/ui/card.tsx";
import { Icon } from "../shared/ui/icon.tsx";
import { setupText } from "./words.ts";

const words = setupText;
const PATIENCE_MS = 120_000;

interface CallStepProps {
  readonly models: readonly string[];
  /** Starts by itself: the wizard came here by its own steps. */
  readonly asksAtOnce: boolean;
  readonly onKeys: () => void;
}

/** Last: a call through the proxy, as an agent would make it. The wizard ends when it was answered. */
export function CallStep({ models, asksAtOnce, onKeys }: CallStepProps) {
  const model = useSignal("");
  const answer = useSignal("");
  const problem = useSignal("");
  const verified = useSignal("");
  const isBusy = useSignal(false);
  const chosen = models.includes(model.value) ? model.value : models[0] ?? "";
  const call = async () => {
    [answer.value, problem.value, verified.value, isBusy.value] = ["", "", "", true];
    const turns = [{ role: "user" as const, text: FIRST_RUN.question }];
    const draft = { dialect: "openai" as const, model: chosen, system: "", stream: true, turns };
    try {
      const { ms } = await chatCall(draft, (part) => answer.value += part, AbortSignal.timeout(PATIENCE_MS));
      verified.value = FIRST_RUN.answered(chosen, duration(ms));
    } catch (error) {
      problem.value = FIRST_RUN.notAnswered(chosen, messageOf(error));
    }
    isBusy.value = false;
  };
  useEffect(() => {
    if (asksAtOnce && chosen !== "") void call();
  }, []);
  if (models.length === 0) {
    return (
      <div class="grid justify-items-start gap-3">
        <p class="text-mute">{FIRST_RUN.noModel}.</p>
        <button type="button" class="btn btn-primary" onClick={onKeys}>{words.toKeys}</button>
      </div>
    );
  }
  const isAsked = verified.value !== "" || problem.value !== "";
  return (
    <div class="grid gap-4">
      <p class="text-mute">{words.callLead}</p>
      <div class="flex flex-wrap items-end gap-3">
        <label class="min-w-0">
          <span class="label">{words.callModel}</span>
          <select
            class="field"
            value={chosen}
            onChange={(event) => model.value = event.currentTarget.value}
          >
            {models.map((one) => <option key={one} value={one}>{one}</option>)}
          </select>
        </label>
        <button
          type="button"
          class={`btn ${verified.value === "" ? "btn-primary" : ""}`}
          disabled={isBusy.value}
          onClick={() => void call()}
        >
          <Icon name="play" />
          {isBusy.value ? words.calling : isAsked ? words.callAgain : words.call}
        </button>
      </div>
      {answer.value && (
        <p class="rounded-xl bg-sunken px-4 py-3 whitespace-pre-wrap" aria-live="polite">{answer.value}</p>
      )}
      {problem.value && <Problem>{problem.value}</Problem>}
      {verified.value && (
        <div class="flex flex-wrap items-center gap-3" role="status">
          <span class="flex items-center gap-2 font-medium text-good">
            <Icon name="check" />
            {verified.value}
          </span>
          <a class="btn btn-primary ms-auto" href="/dashboard">{words.finish}</a>
        </div>
      )}
    </div>
  );
}
