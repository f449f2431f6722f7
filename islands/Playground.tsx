import { useComputed, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { CodeCard } from "../components/playground/code_card.tsx";
import { Composer } from "../components/playground/composer.tsx";
import { Conversation } from "../components/playground/conversation.tsx";
import { type ChatTurn, type Dialect, DIALECTS } from "../components/shared/chat/dialects.ts";
import { useChat } from "../components/playground/use_chat.ts";
import { playgroundText } from "../components/playground/words.ts";
import { type AskableModels, readAskable } from "../components/playground/read_models.ts";
import { api } from "../components/shared/live/browser_api.ts";
import { useResource } from "../components/shared/live/resource.ts";
import { Card } from "../components/shared/ui/card.tsx";

const words = playgroundText;

export interface PlaygroundProps {
  readonly askable: AskableModels;
  /** The one to begin with; empty while none is known. */
  readonly model: string;
  readonly origin: string;
}

/** A chat with any model in any dialect, and the same call as code. */
export default function Playground({ askable: known, model: first, origin: given }: PlaygroundProps) {
  const askable = useResource(known, () => readAskable(api), ["stats_update"], 3_000).value;
  const models = [...askable.value.aliases, ...askable.value.models];
  const chat = useChat();
  const dialect = useSignal<Dialect>("openai");
  const model = useSignal(first);
  const system = useSignal("");
  const message = useSignal("");
  const stream = useSignal(true);
  const thinking = useSignal(false);
  const origin = useSignal(given);
  useEffect(() => void (origin.value = location.origin), []);
  // Keys may come while the page is open: then there is something to ask.
  useEffect(() => void (model.value ||= askable.value.models[0] ?? ""), [askable.value]);
  const draft = useComputed(() => ({
    dialect: dialect.value,
    model: model.value.trim(),
    system: system.value.trim(),
    stream: stream.value,
    thinking: thinking.value,
  }));
  const next: ChatTurn = { role: "user", text: message.value || words.messageHint };
  return (
    <div class="grid items-start gap-4 lg:gap-5 xl:grid-cols-2">
      <Card
        title={words.chat}
        action={
          <button type="button" class="btn btn-quiet btn-small" onClick={chat.clear}>{words.clear}</button>
        }
      >
        <div class="mb-4 grid gap-3 sm:grid-cols-2">
          <label>
            <span class="label">{words.dialect}</span>
            <select
              class="field"
              value={dialect}
              onChange={(event) => dialect.value = event.currentTarget.value as Dialect}
            >
              {DIALECTS.map((one) => <option key={one} value={one}>{words.dialects[one]}</option>)}
            </select>
          </label>
          <label>
            <span class="label">{words.model}</span>
            <input
              type="text"
              class="field"
              list="playground-models"
              value={model}
              onInput={(event) => model.value = event.currentTarget.value}
            />
            <datalist id="playground-models">
              {models.map((one) => <option key={one} value={one} />)}
            </datalist>
          </label>
          <label class="sm:col-span-2">
            <span class="label">{words.system}</span>
            <input
              class="field"
              placeholder={words.systemHint}
              value={system}
              onInput={(event) => system.value = event.currentTarget.value}
            />
          </label>
        </div>
        <Conversation chat={chat} canAsk={models.length > 0} />
        <Composer
          message={message}
          stream={stream}
          thinking={thinking}
          isBusy={chat.coming.value !== undefined}
          onStop={chat.stop}
          onSend={(images) => {
            const words = message.value.trim();
            message.value = "";
            void chat.send(draft.value, words, images.map(({ type, data }) => ({ type, data })));
          }}
        />
      </Card>
      <CodeCard
        draft={{ ...draft.value, turns: [...withoutImages(chat.turns.value), next] }}
        origin={origin.value}
      />
    </div>
  );
}

/** Megabytes of base64 are no code to read. */
function withoutImages(turns: readonly ChatTurn[]): readonly ChatTurn[] {
  return turns.map(({ role, text }) => ({ role, text }));
}
