import type { Failure, Usage } from "../../core/mod.ts";
import { type Finish, NO_USAGE, type TurnEvent } from "../../gemini/mod.ts";
import type { EncodeInput, StreamEncoder } from "../contract.ts";
import { encodeOpenaiFailure } from "../openai_failure.ts";
import { jsonText, nativeFinish } from "../shared_fields.ts";
import {
  chatFinish,
  chatLogprobs,
  chatToolCall,
  chatUsage,
  citationFields,
  contentOf,
  functionOf,
  imagePart,
  joinCitations,
  signatureFields,
  type ToolCallEvent,
} from "./chat_parts.ts";
import type { ChatContext } from "./chat_context.ts";

type Event<Type extends TurnEvent["type"]> = Extract<TurnEvent, { type: Type }>;

/** State of one choice while it streams. */
interface Choice {
  /** The frame up to its delta. */
  readonly head: string;
  roleSent: boolean;
  content: string;
  toolCalls: number;
  images: number;
  audio: boolean;
  citation: Event<"citation"> | undefined;
}

/** Writes chat.completion.chunk frames. Only the varying text is serialised; the rest of a frame is prepared once. */
export function encodeChatStream(input: EncodeInput<ChatContext>): StreamEncoder {
  return new ChatStream(input);
}

class ChatStream implements StreamEncoder {
  readonly #input: EncodeInput<ChatContext>;
  readonly #frames: FrameParts;
  readonly #choices = new Map<number, Choice>();
  #usage: Usage = NO_USAGE;

  constructor(input: EncodeInput<ChatContext>) {
    this.#input = input;
    this.#frames = frameParts(input);
  }

  push(event: TurnEvent): string {
    switch (event.type) {
      case "text-delta":
      case "code":
      case "code-result":
        return this.#content(event);
      case "thought-delta":
        return this.#open(event, '""', `{"reasoning_content":${jsonText(event.text)}}`);
      case "tool-call":
        return this.#toolCall(event);
      case "media":
        return this.#media(event);
      case "signature":
        return this.#open(event, '""', jsonText(signatureFields(event.signature)));
      case "citation":
        return this.#citation(event);
      case "logprobs":
        return this.#logprobs(event);
      case "usage":
        this.#usage = event.usage;
        return "";
      case "turn-start":
      case "server-part":
        return "";
      case "turn-end":
        return this.#end(event);
    }
  }

  fail(failure: Failure): string {
    return `data: ${jsonText(encodeOpenaiFailure(failure).body)}\n\n`;
  }

  heartbeat(): string {
    return ": ping\n\n";
  }

  #choice(index: number): Choice {
    const known = this.#choices.get(index);
    if (known !== undefined) return known;
    const head = `${this.#frames.open}[{"index":${index},"delta":`;
    const made: Choice = {
      head,
      roleSent: false,
      content: "",
      toolCalls: 0,
      images: 0,
      audio: false,
      citation: undefined,
    };
    this.#choices.set(index, made);
    return made;
  }

  /** A frame of a choice; the first one is preceded by the frame that names the role. */
  #open(of: { readonly candidate: number }, content: '""' | "null", delta: string): string {
    const choice = this.#choice(of.candidate);
    return this.#role(choice, content) + choice.head + delta + this.#frames.close;
  }

  #role(choice: Choice, content: '""' | "null"): string {
    if (choice.roleSent) return "";
    choice.roleSent = true;
    return `${choice.head}{"role":"assistant","content":${content},"refusal":null}${this.#frames.close}`;
  }

  #content(event: Event<"text-delta" | "code" | "code-result">): string {
    const text = contentOf(event);
    if (text === "") return "";
    this.#choice(event.candidate).content += text;
    // Clients send only text back unchanged; a signature of executed code would come back on the wrong part.
    const extra = event.type === "text-delta" ? extraText(event.signature) : "";
    return this.#open(event, '""', `{"content":${jsonText(text)}${extra}}`);
  }

  #toolCall(event: ToolCallEvent): string {
    const index = this.#choice(event.candidate).toolCalls++;
    if (!this.#input.context.legacyFunctions) {
      const call = jsonText({ index, ...chatToolCall(event, this.#input.context) });
      return this.#open(event, "null", `{"tool_calls":[${call}]}`);
    }
    if (index > 0) return "";
    return this.#open(
      event,
      "null",
      jsonText({ function_call: functionOf(event, this.#input.context) }),
    );
  }

  #media(event: Event<"media">): string {
    const choice = this.#choice(event.candidate);
    if (event.mimeType.startsWith("audio/")) {
      choice.audio = true;
      const audio = { id: `audio_${this.#input.requestId}`, data: event.data };
      return this.#open(event, "null", jsonText({ audio }));
    }
    const images = [imagePart(event, choice.images++)];
    return this.#open(event, '""', jsonText({ images }));
  }

  /** Annotations need the whole text, so they are sent at the end. */
  #citation(event: Event<"citation">): string {
    const choice = this.#choice(event.candidate);
    choice.citation = joinCitations(choice.citation, event);
    return "";
  }

  #logprobs(event: Event<"logprobs">): string {
    const choice = this.#choice(event.candidate);
    const logprobs = jsonText({ content: chatLogprobs(event.result), refusal: null });
    return this.#role(choice, '""') +
      `${choice.head}{},"logprobs":${logprobs},"finish_reason":null${this.#frames.end}`;
  }

  #end(event: Event<"turn-end">): string {
    const { block, finishes } = event;
    const choices = block !== undefined && finishes.length === 0
      ? this.#refusal(block)
      : finishes.map((finish) => this.#finish(finish)).join("");
    return choices + this.#usageFrame() + "data: [DONE]\n\n";
  }

  #refusal(block: { readonly reason: string; readonly message?: string }): string {
    const refusal = this.#open({ candidate: 0 }, "null", jsonText({ refusal: refusalText(block) }));
    return refusal + this.#finishFrame(this.#choice(0), "content_filter");
  }

  #finish({ candidate, reason, message }: Finish): string {
    const choice = this.#choice(candidate);
    const hasContent = choice.content !== "" || choice.images > 0 || choice.audio;
    const word = chatFinish(reason, {
      hasToolCall: choice.toolCalls > 0,
      hasContent,
      legacyFunctions: this.#input.context.legacyFunctions,
    });
    if (word === "content_filter" && !hasContent) {
      const refusal = message ?? `The reply was stopped: ${reason}.`;
      return this.#open({ candidate }, '""', jsonText({ refusal })) + this.#finishFrame(choice, word, reason);
    }
    const cited = choice.citation === undefined
      ? ""
      : this.#open({ candidate }, '""', jsonText(citationFields(choice.citation, choice.content)));
    return cited + this.#finishFrame(choice, word, reason);
  }

  #finishFrame(choice: Choice, word: string, reason = ""): string {
    const native = jsonText(nativeFinish(reason)).slice(1, -1);
    return this.#role(choice, '""') +
      `${choice.head}{},"logprobs":null,"finish_reason":"${word}"${
        native === "" ? "" : `,${native}`
      }${this.#frames.end}`;
  }

  #usageFrame(): string {
    if (!this.#input.context.includeUsage) return "";
    const { serviceTier } = this.#usage;
    const tier = serviceTier === undefined ? "" : `,"service_tier":${jsonText(serviceTier)}`;
    return `${this.#frames.open}[],"usage":${jsonText(chatUsage(this.#usage))}${tier}}\n\n`;
  }
}

interface FrameParts {
  /** Up to the choices. */
  readonly open: string;
  /** After the delta of a frame that neither finishes nor has logprobs. */
  readonly close: string;
  readonly end: string;
}

/** Fields that every frame of a reply shares. */
function frameParts({ context, requestId, created }: EncodeInput<ChatContext>): FrameParts {
  const open = `data: {"id":${jsonText(completionId(requestId))},"object":"chat.completion.chunk",` +
    `"created":${created},"model":${jsonText(context.model)},"choices":`;
  const end = context.includeUsage ? `}],"usage":null}\n\n` : `}]}\n\n`;
  return { open, close: `,"logprobs":null,"finish_reason":null${end}`, end };
}

export function completionId(requestId: string): string {
  return `chatcmpl-${requestId}`;
}

/** The words for a prompt that Google refused. */
export function refusalText(block: { readonly reason: string; readonly message?: string }): string {
  return `Google refused the prompt (${block.reason})${
    block.message === undefined ? "." : `: ${block.message}`
  }`;
}

function extraText(signature: string | undefined): string {
  return signature === undefined ? "" : "," + jsonText(signatureFields(signature)).slice(1, -1);
}
