import type { CallDetail } from "./read_requests.ts";
import { useSignal } from "@preact/signals";
import type { FunctionComponent } from "preact";
import { useEffect } from "preact/hooks";
import { requestsText } from "./words.ts";
import { Body } from "./body.tsx";
import { type KeptPart, type KeptTurn, replyTurn, requestTurns } from "./kept_turns.ts";

const words = requestsText;
type Layout = FunctionComponent<{ readonly text: string }>;

/** Until the reader of Markdown is there, and without script, the words are shown as they are. */
function Plain({ text }: { text: string }) {
  return <p class="break-words whitespace-pre-wrap">{text}</p>;
}

function Part({ part, Text }: { part: KeptPart; Text: Layout }) {
  switch (part.kind) {
    case "text":
      return <Text text={part.text} />;
    case "thought":
      return (
        <details class="text-soft">
          <summary class="text-xs">{words.thoughts}</summary>
          <Text text={part.text} />
        </details>
      );
    case "media":
      return <p class="text-mute">{words.media(part.type)}</p>;
    default:
      return (
        <details>
          <summary class="font-mono text-xs break-all">
            {part.kind === "call" ? words.calls(part.name) : words.returns(part.name)}
          </summary>
          <pre
            class="mt-1 max-h-48 overflow-auto rounded bg-panel p-2 font-mono text-xs whitespace-pre-wrap break-all"
            tabIndex={0}
          >{part.text}</pre>
        </details>
      );
  }
}

function Turn({ turn, Text }: { turn: KeptTurn; Text: Layout }) {
  const side = turn.role === "user"
    ? "ms-8 bg-accent-wash"
    : turn.role === "model"
    ? "me-8 bg-sunken"
    : "bg-sunken";
  return (
    <li class={`min-w-0 rounded-xl px-3 py-2 ${side}`}>
      <p class="mb-0.5 text-xs text-soft">{words.roles[turn.role]}</p>
      {turn.parts.map((part, index) => <Part key={index} part={part} Text={Text} />)}
    </li>
  );
}

/** Request and reply as a conversation, with the raw bodies beside it. */
export function KeptConversation({ bodies }: { bodies: NonNullable<CallDetail["bodies"]> }) {
  const layout = useSignal<{ readonly Text: Layout }>({ Text: Plain });
  useEffect(() => {
    void import("../shared/ui/markdown.tsx").then(({ Markdown }) => layout.value = { Text: Markdown });
  }, []);
  const { request, reply } = bodies;
  const answer = reply === undefined ? undefined : replyTurn(reply.text);
  const turns = [...requestTurns(request.text) ?? [], ...(answer === undefined ? [] : [answer])];
  return (
    <div class="grid gap-4 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
      <div class="min-w-0">
        {turns.length === 0
          ? <p class="text-mute">{words.unreadable}</p>
          : (
            <ol class="grid max-h-[40rem] gap-2 overflow-auto" aria-label={words.conversation} tabIndex={0}>
              {turns.map((turn, index) => <Turn key={index} turn={turn} Text={layout.value.Text} />)}
            </ol>
          )}
      </div>
      <div class="grid min-w-0 content-start gap-2">
        <Body title={words.sent} kept={request} />
        {reply && <Body title={words.answered} kept={reply} />}
      </div>
    </div>
  );
}
