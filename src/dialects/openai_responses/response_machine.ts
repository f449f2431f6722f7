import type { Failure, JsonObject, Usage } from "../../core/mod.ts";
import { encodeCarrier, encodeIdCarrier, encodeThoughtCarrier, type TurnEvent } from "../../gemini/mod.ts";
import type { EncodeInput } from "../contract.ts";
import {
  annotationsOf,
  codeItem,
  customCallItem,
  type FrameSink,
  functionCallItem,
  imageItem,
  logprobsOf,
  MessageItem,
  ownCallItem,
  pagesOf,
  queriesOf,
  ReasoningItem,
  webSearchItem,
  wholeItem,
} from "./response_items.ts";
import {
  endedResponse,
  itemId,
  type Outcome,
  outcomeOf,
  outcomeOfFailure,
  startedResponse,
} from "./response_object.ts";
import type { ClientTool, ResponsesContext } from "./responses_context.ts";
import { ownTool } from "./client_tools.ts";
import { compactionItem } from "./compaction.ts";

type Event<Type extends TurnEvent["type"]> = Extract<TurnEvent, { type: Type }>;

/** How the ids of calls of OpenAI's own tools begin. */
const KINDS: Readonly<Record<string, string>> = {
  shell: "sh",
  local_shell: "lsh",
  apply_patch: "apc",
  tool_search: "tsc",
};

/** Turns events into output items, one open at a time, and ends with the whole response. */
export class ResponseMachine {
  readonly #output: JsonObject[] = [];
  #open: ReasoningItem | MessageItem | undefined;
  #code: Event<"code"> | undefined;
  /** The signature of the thoughts in the open reasoning item; Claude models sign them. */
  #thoughtSignature: string | undefined;
  #begun = false;
  #tools = false;
  #summary = "";
  /** The answer in messages that are closed already, which Google's offsets count too. */
  #said = "";
  #usage: Usage | undefined;
  /** Set when the turn has ended. */
  response: JsonObject | undefined;

  constructor(readonly writer: FrameSink, readonly input: EncodeInput<ResponsesContext>) {}

  push(event: TurnEvent): void {
    this.#begin();
    if (event.type === "turn-start") return;
    if (event.type === "usage") this.#usage = event.usage;
    else if (event.type === "turn-end") this.#end(event);
    else if (event.candidate === 0) this.#content(event);
  }

  fail(failure: Failure): void {
    this.#begin();
    this.#finish(outcomeOfFailure(failure, this.input.created));
  }

  #begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    const response = `"response":${this.writer.text(startedResponse(this.input))}`;
    this.writer.emit("response.created", response);
    this.writer.emit("response.in_progress", response);
  }

  #content(event: Exclude<TurnEvent, { type: "turn-start" | "usage" | "turn-end" }>): void {
    if (event.type === "server-part") return;
    if (this.input.context.compacts === true) return this.#summarize(event);
    if (event.type !== "code-result") this.#flushCode(undefined);
    switch (event.type) {
      case "text-delta":
        return this.#message().add(event.text);
      case "thought-delta":
        this.#reasoning().add(event.text);
        this.#thoughtSignature = event.signature ?? this.#thoughtSignature;
        return;
      case "signature":
        if (this.#open instanceof ReasoningItem) this.#thoughtSignature = event.signature;
        return;
      case "tool-call":
        return this.#call(event);
      case "media":
        return this.#media(event);
      case "code":
        this.#close("completed");
        this.#code = event;
        return;
      case "code-result":
        return this.#flushCode(event.output);
      case "citation":
        return this.#cite(event);
      case "logprobs":
        if (this.#open instanceof MessageItem) this.#open.addLogprobs(logprobsOf(event.result));
    }
  }

  /** A compaction keeps the model's text alone. */
  #summarize(event: { readonly type: string; readonly text?: string }): void {
    if (event.type === "text-delta") this.#summary += event.text ?? "";
  }

  #message(): MessageItem {
    if (this.#open instanceof MessageItem) return this.#open;
    this.#close("completed");
    return this.#open = new MessageItem(this.writer, this.#id("msg"), this.#output.length);
  }

  #reasoning(): ReasoningItem {
    if (this.#open instanceof ReasoningItem) return this.#open;
    this.#close("completed");
    return this.#open = new ReasoningItem(this.writer, this.#id("rs"), this.#output.length);
  }

  #call(event: Event<"tool-call">): void {
    const { encrypted, signedThoughts } = this.input.context;
    if (event.signature !== undefined && encrypted && !signedThoughts) {
      this.#close("completed", this.#reasoning(), encodeCarrier(event.signature, this.input.source));
    } else this.#close("completed");
    this.#tools = true;
    const tool = this.input.context.tools.get(event.name);
    this.#output.push(this.#callItem(event, tool));
  }

  #callItem(event: Event<"tool-call">, tool: ClientTool | undefined): JsonObject {
    const own = ownTool(tool?.kind);
    if (own !== undefined) {
      return ownCallItem(this.#place(KINDS[own.name] ?? "fc", event.signature), event, own);
    }
    const place = this.#place(tool?.kind === "custom" ? "ctc" : "fc", event.signature);
    return tool?.kind === "custom"
      ? customCallItem(place, event, tool)
      : functionCallItem(place, event, tool);
  }

  #media(event: Event<"media">): void {
    if (!event.mimeType.startsWith("image/")) {
      const type = event.mimeType.slice(0, 40);
      return this.#message().add(`[The model answered with ${type}, which this API cannot carry.]`);
    }
    this.#close("completed");
    this.#output.push(imageItem(this.#place("ig", event.signature), event.mimeType, event.data));
  }

  #flushCode(output: string | undefined): void {
    if (this.#code === undefined) return;
    this.#output.push(codeItem(this.#place("ci", this.#code.signature), this.#code.code, output));
    this.#code = undefined;
  }

  /** Grounding comes last: its annotations go into the message that is still open, its searches after it. */
  #cite(event: Event<"citation">): void {
    if (event.grounding === undefined) return;
    if (this.#open instanceof MessageItem) {
      const answer = this.#said + this.#open.text;
      for (const annotation of annotationsOf(event.grounding, answer, this.#said.length)) {
        this.#open.annotate(annotation);
      }
    }
    const queries = queriesOf(event.grounding);
    if (queries.length === 0) return;
    this.#close("completed");
    this.#output.push(webSearchItem(this.#place("ws"), queries, pagesOf(event.grounding)));
  }

  #close(
    status: "completed" | "incomplete",
    open: ReasoningItem | MessageItem | undefined = this.#open,
    carrier?: string,
  ): void {
    if (open === undefined) return;
    this.#open = undefined;
    // Clients that keep nothing resend only reasoning with encrypted content, so unsigned reasoning gets a
    // marker.
    const encrypted = carrier ?? (this.input.context.encrypted ? this.#thoughtCarrier() : undefined);
    this.#thoughtSignature = undefined;
    if (open instanceof MessageItem) this.#said += open.text;
    this.#output.push(open instanceof MessageItem ? open.close(status) : open.close(encrypted));
  }

  #thoughtCarrier(): string {
    const { source } = this.input;
    return this.#thoughtSignature === undefined || !this.input.context.signedThoughts
      ? encodeCarrier(undefined, source)
      : encodeThoughtCarrier(this.#thoughtSignature, source);
  }

  #end(event: Event<"turn-end">): void {
    this.#flushCode(undefined);
    if (this.input.context.compacts === true && this.#summary !== "") {
      const place = this.#place("cmp");
      this.#output.push(wholeItem(place, compactionItem(place.id, this.#summary)));
    }
    const content = this.#open instanceof MessageItem ||
      this.#output.some((item) => item.type !== "reasoning");
    const outcome = outcomeOf(event, { tools: this.#tools, content }, this.input.context.codex);
    this.#finish({ ...outcome, finish: event.finishes.find((one) => one.candidate === 0) });
  }

  #finish(outcome: Outcome): void {
    if (this.response !== undefined) return;
    this.#close(outcome.status === "completed" ? "completed" : "incomplete");
    this.response = endedResponse(this.input, outcome, this.#output, this.#usage);
    this.writer.emit(`response.${outcome.status}`, `"response":${this.writer.text(this.response)}`);
  }

  #id(kind: string): string {
    return itemId(kind, this.input.requestId, this.#output.length);
  }

  /** A signature also travels in the id of its call or image, which clients send back with the item. */
  #place(kind: string, signature?: string) {
    const id = this.#id(kind);
    const carried = signature === undefined ? id : `${id}-${encodeIdCarrier(signature, this.input.source)}`;
    return { writer: this.writer, id: carried, index: this.#output.length };
  }
}
