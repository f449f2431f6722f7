import type { Failure, JsonObject, Usage } from "../../core/mod.ts";
import { encodeCarrier, encodeIdCarrier, encodeThoughtCarrier, type TurnEvent } from "../../gemini/mod.ts";
import type { EncodeInput } from "../contract.ts";
import { annotationsOf, logprobsOf, pagesOf, queriesOf } from "./citations.ts";
import type { FrameSink } from "./frame_writer.ts";
import { itemId } from "./item_id.ts";
import { MessageItem } from "./message_item.ts";
import { outcomeOf, outcomeOfFailure } from "./outcome.ts";
import { ReasoningItem } from "./reasoning_item.ts";
import { endedResponse, type Outcome, startedResponse } from "./response_object.ts";
import type { ResponsesContext } from "./responses_context.ts";
import { codeItem, customCallItem, functionCallItem, imageItem, webSearchItem } from "./whole_item.ts";

type Event<Type extends TurnEvent["type"]> = Extract<TurnEvent, { type: Type }>;

/** Turns events into output items, one open at a time, and ends with the whole response. */
export class ResponseMachine {
  readonly #output: JsonObject[] = [];
  #open: ReasoningItem | MessageItem | undefined;
  #code: string | undefined;
  /** Of the thoughts in the open reasoning item; Claude models sign them. */
  #thoughtSignature: string | undefined;
  #begun = false;
  #tools = false;
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
        this.#code = event.code;
        return;
      case "code-result":
        return this.#flushCode(event.output);
      case "citation":
        return this.#cite(event);
      case "logprobs":
        if (this.#open instanceof MessageItem) this.#open.addLogprobs(logprobsOf(event.result));
    }
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
    const place = this.#place(tool?.kind === "custom" ? "ctc" : "fc", event.signature);
    this.#output.push(
      tool?.kind === "custom" ? customCallItem(place, event, tool) : functionCallItem(place, event, tool),
    );
  }

  #media(event: Event<"media">): void {
    if (!event.mimeType.startsWith("image/")) return;
    this.#close("completed");
    this.#output.push(imageItem(this.#place("ig", event.signature), event.mimeType, event.data));
  }

  #flushCode(output: string | undefined): void {
    if (this.#code === undefined) return;
    this.#output.push(codeItem(this.#place("ci"), this.#code, output));
    this.#code = undefined;
  }

  /** Grounding comes last: its annotations go into the message that is still open, its searches after it. */
  #cite(event: Event<"citation">): void {
    if (event.grounding === undefined) return;
    if (this.#open instanceof MessageItem) {
      for (const annotation of annotationsOf(event.grounding, this.#open.text)) {
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
    // Clients that keep nothing resend only reasoning with encrypted content, so unsigned reasoning gets a mark.
    const encrypted = carrier ?? (this.input.context.encrypted ? this.#thoughtCarrier() : undefined);
    this.#thoughtSignature = undefined;
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
    const content = this.#open instanceof MessageItem ||
      this.#output.some((item) => item.type !== "reasoning");
    const outcome = outcomeOf(event, { tools: this.#tools, content }, this.input.context.codex);
    this.#finish(outcome);
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
