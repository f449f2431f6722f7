import { money, shortNumber } from "../shared/format.ts";
import { playgroundText } from "./words.ts";
import { Empty, Problem } from "../shared/ui/card.tsx";
import { type ChatImage, dataUrl } from "../shared/chat/dialects.ts";
import { Markdown } from "../shared/ui/markdown.tsx";
import type { AnswerFacts, ShownTurn, useChat } from "./use_chat.ts";

const words = playgroundText;

function Images({ images }: { images: readonly ChatImage[] }) {
  return (
    <ul class="my-1.5 flex flex-wrap gap-2">
      {images.map((image, index) => (
        <li key={index}>
          <img
            src={dataUrl(image)}
            alt={words.image(index)}
            class="max-h-48 min-h-8 min-w-8 rounded-lg border border-line object-contain"
          />
        </li>
      ))}
    </ul>
  );
}

/** The key, duration and usage of an answer. */
function Facts({ facts }: { facts: AnswerFacts }) {
  const { usage, key, ms, id } = facts;
  const parts = usage === undefined ? [] : [
    words.tokens(
      shortNumber(usage.input),
      shortNumber(usage.output),
      usage.thinking === 0 ? "" : shortNumber(usage.thinking),
    ),
    ...(usage.cost === null ? [] : [words.cost(money(usage.cost))]),
  ];
  return (
    <div class="num mt-1.5 flex flex-wrap gap-x-3 text-xs text-soft">
      <span>{words.servedBy(key, ms)}</span>
      {parts.map((part) => <span key={part}>{part}</span>)}
      {id !== "" && (
        <a class="underline" href={`/dashboard/requests?open=${encodeURIComponent(id)}`}>{words.details}</a>
      )}
    </div>
  );
}

function Turn({ turn, coming = false }: { turn: ShownTurn; coming?: boolean }) {
  const isUser = turn.role === "user";
  const thought = turn.thought ?? "";
  return (
    <div
      class={`max-w-[85%] min-w-0 rounded-xl px-4 py-2.5 ${isUser ? "ms-auto bg-accent-wash" : "bg-sunken"}`}
    >
      <p class="mb-0.5 text-xs text-soft">{isUser ? words.you : turn.model}</p>
      {thought !== "" && (
        <details class="mb-1.5 text-soft" open={coming && turn.text === ""}>
          <summary class="text-xs">{words.thoughts}</summary>
          <div class="border-s-2 border-line ps-3 text-xs">
            <Markdown text={thought} />
          </div>
        </details>
      )}
      {(turn.images ?? []).length > 0 && <Images images={turn.images ?? []} />}
      {isUser
        ? <p class="break-words whitespace-pre-wrap">{turn.text}</p>
        : <Markdown text={turn.text || (coming ? "…" : "")} />}
      {turn.facts !== undefined && <Facts facts={turn.facts} />}
    </div>
  );
}

/** The conversation, each answer with its model. */
export function Conversation({ chat, canAsk }: {
  chat: ReturnType<typeof useChat>;
  /** False while no model is known. */
  canAsk: boolean;
}) {
  if (chat.turns.value.length === 0) {
    return canAsk
      ? <Empty icon="playground" title={words.emptyTitle}>{words.empty}</Empty>
      : (
        <Empty icon="playground" title={words.noModel}>
          <a class="btn btn-primary mt-2" href="/dashboard/keys?add">{words.addKey}</a>
        </Empty>
      );
  }
  return (
    <div class="grid gap-3" role="log" aria-label={words.chat}>
      {chat.turns.value.map((turn, index) => <Turn key={index} turn={turn} />)}
      {chat.coming.value !== undefined && <Turn turn={chat.coming.value} coming />}
      {chat.problem.value && <Problem>{chat.problem.value}</Problem>}
    </div>
  );
}
