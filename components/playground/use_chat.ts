import { useSignal } from "@preact/signals";
import { api, messageOf } from "../shared/live/browser_api.ts";
import { playgroundText } from "./words.ts";
import { type ChatAnswer, chatCall } from "../shared/chat/chat_call.ts";
import type { ChatDraft, ChatImage, ChatTurn } from "../shared/chat/dialects.ts";

/** The usage of an answer. */
export interface AnswerFacts extends ChatAnswer {
  readonly model: string;
  /** Absent until the record of the call is there. */
  readonly usage?: {
    readonly input: number;
    readonly output: number;
    readonly thinking: number;
    /** US dollars by the price list; null where the price is not known. */
    readonly cost: number | null;
  };
}

/** A turn with what came beside its words; a model's turn keeps which model it was. */
export interface ShownTurn extends ChatTurn {
  readonly model?: string;
  readonly thought?: string;
  readonly facts?: AnswerFacts;
}

/** The record of a call is written a moment after its end. */
const TRIES = 8;
const PAUSE_MS = 400;

/** The usage of a call by its record; undefined without one. */
async function usageOf(id: string): Promise<AnswerFacts["usage"]> {
  for (let tries = 0; tries < TRIES && id !== ""; tries++) {
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    const found = await api.request(id).catch(() => undefined);
    if (found?.usage === undefined) continue;
    const { promptTokens, candidatesTokens, thoughtsTokens } = found.usage;
    return { input: promptTokens, output: candidatesTokens, thinking: thoughtsTokens, cost: found.cost };
  }
  return undefined;
}

/** One conversation: the turns and their models, the answer in progress, and a function to stop it. */
export function useChat() {
  const turns = useSignal<readonly ShownTurn[]>([]);
  const coming = useSignal<ShownTurn | undefined>(undefined);
  const problem = useSignal("");
  const stop = useSignal<AbortController | undefined>(undefined);
  const change = (index: number, more: Partial<ShownTurn>) =>
    turns.value = turns.value.map((turn, at) => at === index ? { ...turn, ...more } : turn);
  const send = async (draft: Omit<ChatDraft, "turns">, text: string, images: readonly ChatImage[]) => {
    const { model } = draft;
    turns.value = [...turns.value, { role: "user", text, images }];
    [problem.value, stop.value] = ["", new AbortController()];
    coming.value = { role: "model", text: "", model };
    const add = (part: { text?: string; thought?: string; images?: readonly ChatImage[] }) => {
      const before = coming.peek() ?? { role: "model" as const, text: "", model };
      coming.value = {
        ...before,
        text: before.text + (part.text ?? ""),
        thought: (before.thought ?? "") + (part.thought ?? ""),
        images: [...before.images ?? [], ...part.images ?? []],
      };
    };
    let answer: ChatAnswer | undefined;
    try {
      const sent = { ...draft, turns: turns.value };
      const { signal } = stop.value;
      answer = await chatCall(
        sent,
        (part) => add({ text: part }),
        signal,
        ({ thought, images }) => add({ thought, images }),
      );
    } catch (error) {
      if (!(error instanceof DOMException)) problem.value = playgroundText.failed(messageOf(error));
    }
    const said = coming.value;
    coming.value = undefined;
    const isEmpty = said.text === "" && (said.images ?? []).length === 0;
    if (isEmpty && answer === undefined) return;
    const index = turns.value.length;
    turns.value = [...turns.value, said];
    if (answer === undefined) return;
    const facts = { ...answer, model };
    change(index, { facts });
    const usage = await usageOf(answer.id);
    if (usage !== undefined && turns.value[index]?.facts?.id === answer.id) {
      change(index, { facts: { ...facts, usage } });
    }
  };
  const clear = () => [turns.value, problem.value] = [[], ""];
  return { turns, coming, problem, send, clear, stop: () => stop.value?.abort() };
}
