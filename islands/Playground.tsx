import { useComputed, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { messageOf } from "../components/live/browser_api.ts";
import { chatCall } from "../components/playground/chat_call.ts";
import { CodeCard } from "../components/playground/code_card.tsx";
import { type ChatDraft, type ChatTurn, type Dialect, DIALECTS } from "../components/playground/dialects.ts";
import { playgroundText } from "../components/text/playground.ts";
import { Card, Empty, Problem } from "../components/ui/card.tsx";

const words = playgroundText;

export interface PlaygroundProps {
  readonly models: readonly string[];
  readonly model: string;
  readonly origin: string;
}

/** One conversation: what was said, what is being said, and how to stop it. */
function useChat() {
  const turns = useSignal<readonly ChatTurn[]>([]);
  const coming = useSignal<string | undefined>(undefined);
  const problem = useSignal("");
  const note = useSignal("");
  const stop = useSignal<AbortController | undefined>(undefined);
  const send = async (draft: Omit<ChatDraft, "turns">, message: string) => {
    turns.value = [...turns.value, { role: "user", text: message }];
    [coming.value, problem.value, note.value, stop.value] = ["", "", "", new AbortController()];
    try {
      const onText = (part: string) => coming.value += part;
      const answer = await chatCall({ ...draft, turns: turns.value }, onText, stop.value.signal);
      note.value = words.servedBy(answer.key, answer.ms);
    } catch (error) {
      if (!(error instanceof DOMException)) problem.value = words.failed(messageOf(error));
    }
    if (coming.value) turns.value = [...turns.value, { role: "model", text: coming.value }];
    coming.value = undefined;
  };
  const clear = () => [turns.value, problem.value, note.value] = [[], "", ""];
  return { turns, coming, problem, note, send, clear, stop: () => stop.value?.abort() };
}

function Bubble({ role, name, children }: { role: ChatTurn["role"]; name: string; children: string }) {
  const side = role === "user" ? "ms-auto bg-accent-wash" : "bg-sunken";
  return (
    <div class={`max-w-[85%] rounded-xl px-4 py-2.5 ${side}`}>
      <p class="mb-0.5 text-xs text-soft">{name}</p>
      <p class="whitespace-pre-wrap">{children}</p>
    </div>
  );
}

function Conversation({ chat, model }: { chat: ReturnType<typeof useChat>; model: string }) {
  if (chat.turns.value.length === 0) {
    return <Empty icon="playground" title={words.emptyTitle}>{words.empty}</Empty>;
  }
  return (
    <div class="grid gap-3" role="log" aria-label={words.chat}>
      {chat.turns.value.map((turn, index) => (
        <Bubble key={index} role={turn.role} name={turn.role === "user" ? words.you : model}>
          {turn.text}
        </Bubble>
      ))}
      {chat.coming.value !== undefined && (
        <Bubble role="model" name={model}>{chat.coming.value || "…"}</Bubble>
      )}
      {chat.problem.value && <Problem>{chat.problem.value}</Problem>}
      {chat.note.value && <p class="num text-xs text-mute">{chat.note.value}</p>}
    </div>
  );
}

/** A chat with any model in any dialect, and the same call as code. */
export default function Playground({ models, model: first, origin: given }: PlaygroundProps) {
  const chat = useChat();
  const dialect = useSignal<Dialect>("openai");
  const model = useSignal(first);
  const system = useSignal("");
  const message = useSignal("");
  const stream = useSignal(true);
  const origin = useSignal(given);
  useEffect(() => void (origin.value = location.origin), []);
  const draft = useComputed(() => ({
    dialect: dialect.value,
    model: model.value,
    system: system.value.trim(),
    stream: stream.value,
  }));
  const submit = (event: Event) => {
    event.preventDefault();
    const words = message.value.trim();
    if (words === "" || chat.coming.value !== undefined) return;
    message.value = "";
    void chat.send(draft.value, words);
  };
  const isBusy = chat.coming.value !== undefined;
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
        <Conversation chat={chat} model={model.value} />
        <form class="mt-4 grid gap-3 border-t border-line pt-4" onSubmit={submit}>
          <label>
            <span class="label">{words.message}</span>
            <textarea
              class="field"
              rows={3}
              placeholder={words.messageHint}
              value={message}
              onInput={(event) => message.value = event.currentTarget.value}
              onKeyDown={(event) =>
                event.key === "Enter" && (event.ctrlKey || event.metaKey) && submit(event)}
            />
          </label>
          <div class="flex items-center gap-3">
            <label class="flex items-center gap-2 text-soft">
              <input
                type="checkbox"
                class="size-4 accent-(--accent)"
                checked={stream.value}
                onChange={() => stream.value = !stream.value}
              />
              {words.stream}
            </label>
            {isBusy
              ? <button type="button" class="btn ms-auto" onClick={chat.stop}>{words.stop}</button>
              : <button type="submit" class="btn btn-primary ms-auto">{words.send}</button>}
          </div>
        </form>
      </Card>
      <CodeCard draft={{ ...draft.value, turns: [...chat.turns.value, next] }} origin={origin.value} />
    </div>
  );
}
