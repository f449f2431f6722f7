import { isObject, type JsonObject, type Usage } from "../../core/mod.ts";
import {
  encodeCarrier,
  encodeThoughtCarrier,
  type Finish,
  finishKind,
  groundedSpans,
  retryableFinish,
  type TurnEvent,
} from "../../gemini/mod.ts";
import type { MessagesContext } from "./messages_context.ts";

/** Takes content blocks in order, never interleaved. The stream writer and the reply collector are the two of them. */
export interface BlockSink {
  /** Before anything else, once the first count of input tokens is known or content has come. */
  begin(usage: Usage | undefined): void;
  openText(index: number): void;
  openThinking(index: number): void;
  text(index: number, text: string): void;
  thinking(index: number, text: string): void;
  sign(index: number, signature: string): void;
  cite(index: number, citation: JsonObject): void;
  close(index: number): void;
  tool(index: number, type: "tool_use" | "server_tool_use", id: string, name: string, input: object): void;
  /** A block that has no deltas. */
  whole(index: number, block: object): void;
  end(stop: Stop, usage: Usage | undefined, searches: number): void;
  /** The turn is unusable. */
  broken(message: string): void;
}

/** Turns events into content blocks: closes the open one before the next is opened, and signs thinking as late as it can. */
export class BlockMachine {
  #index = 0;
  #open: "none" | "text" | "thinking" = "none";
  #begun = false;
  #tools = false;
  #text = false;
  #searches = 0;
  /** The id of the last executed code. */
  #codeId = "";
  /** The answer so far, which citations point into; kept only where there may be some. */
  #said = "";
  /** Where in it the open text begins. */
  #from = 0;
  #usage: Usage | undefined;

  constructor(
    readonly sink: BlockSink,
    readonly context: MessagesContext,
    readonly source: string | undefined,
    readonly serverToolId: string,
  ) {}

  push(event: TurnEvent): void {
    if (event.type === "turn-start") return;
    if (event.type === "usage") this.#usage = event.usage;
    if (!this.#begun) {
      this.#begun = true;
      this.sink.begin(this.#usage);
    }
    if (event.type === "turn-end") return this.#end(event);
    if (event.type === "usage" || event.candidate !== 0 || this.context.empty) return;
    this.#content(event);
  }

  #content(event: Exclude<TurnEvent, { type: "turn-start" | "usage" | "turn-end" }>): void {
    switch (event.type) {
      case "text-delta":
        return this.#say(event.text);
      case "thought-delta":
        this.#think(event.text);
        if (event.signature !== undefined) this.#signThought(event.signature);
        return;
      case "signature":
        return this.#signThought(event.signature);
      case "tool-call":
        return this.#call(event);
      case "media":
        // Anthropic has no block for output media; as a data URL at least images are shown.
        if (!event.mimeType.startsWith("image/")) {
          return this.#say(
            `[The model answered with ${event.mimeType.slice(0, 40)}, which this API cannot carry.]`,
          );
        }
        return this.#say(`\n\n![${event.mimeType}](data:${event.mimeType};base64,${event.data})\n\n`);
      case "code":
        if (this.context.codeExecution === true) return this.#runCode(event.code);
        return this.#say(`\n\n\`\`\`${event.language.toLowerCase()}\n${event.code}\n\`\`\`\n\n`);
      case "code-result":
        if (this.context.codeExecution === true) return this.#codeGave(event);
        return this.#say(`\n\n\`\`\`\n${event.output}\n\`\`\`\n\n`);
      case "citation":
        return this.#cite(event);
      case "server-part":
      case "logprobs":
    }
  }

  #runCode(code: string): void {
    this.#close();
    this.#codeId = `${this.serverToolId}c${this.#index}`;
    this.sink.tool(this.#index++, "server_tool_use", this.#codeId, "code_execution", { code });
  }

  #codeGave({ outcome, output }: Extract<TurnEvent, { type: "code-result" }>): void {
    this.#close();
    const good = outcome === "OUTCOME_OK";
    this.sink.whole(this.#index++, {
      type: "code_execution_tool_result",
      tool_use_id: this.#codeId,
      content: {
        type: "code_execution_result",
        stdout: good ? output : "",
        stderr: good ? "" : output,
        return_code: good ? 0 : 1,
        content: [],
      },
    });
  }

  #say(text: string): void {
    if (this.#open !== "text") {
      this.#close();
      this.#open = "text";
      this.#text = true;
      this.#from = this.#said.length;
      this.sink.openText(this.#index);
    }
    if (this.context.webSearch) this.#said += text;
    this.sink.text(this.#index, text);
  }

  #think(text: string): void {
    if (this.context.thinking !== "shown" || text === "") return;
    if (this.#open !== "thinking") {
      this.#close();
      this.#open = "thinking";
      this.sink.openThinking(this.#index);
    }
    this.sink.thinking(this.#index, text);
  }

  /** A signature right after thoughts belongs to them. */
  #signThought(signature: string): void {
    if (this.#open !== "thinking" || !this.context.signedThoughts) return;
    this.sink.sign(this.#index, encodeThoughtCarrier(signature, this.source));
    this.#open = "none";
    this.sink.close(this.#index++);
  }

  #call(event: Extract<TurnEvent, { type: "tool-call" }>): void {
    this.#carry(event.signature);
    this.#close();
    this.#tools = true;
    const name = this.context.names.toClient(event.name);
    this.sink.tool(this.#index++, "tool_use", event.id, name, event.args);
  }

  /** The signature of a call goes into the thinking block right before it; without thoughts, on a block made for it. */
  #carry(signature: string | undefined): void {
    if (signature === undefined || signature === "" || this.context.thinking === "off") return;
    if (this.context.signedThoughts) return;
    const carrier = encodeCarrier(signature, this.source);
    if (this.#open === "thinking") {
      this.sink.sign(this.#index, carrier);
      this.#open = "none";
      return this.sink.close(this.#index++);
    }
    this.#close();
    if (this.context.thinking === "shown") {
      return this.sink.whole(this.#index++, { type: "redacted_thinking", data: carrier });
    }
    this.sink.openThinking(this.#index);
    this.sink.sign(this.#index, carrier);
    this.sink.close(this.#index++);
  }

  #close(): void {
    if (this.#open === "none") return;
    // Clients resend only thinking that is signed, so a block without a signature of Google's gets a marker.
    if (this.#open === "thinking") this.sink.sign(this.#index, encodeCarrier(undefined, this.source));
    this.#open = "none";
    this.sink.close(this.#index++);
  }

  #cite(event: Extract<TurnEvent, { type: "citation" }>): void {
    const search = this.context.webSearch ? webSearchOf(event.grounding) : undefined;
    if (search === undefined) return;
    if (this.#open === "text" && event.grounding !== undefined) {
      for (const citation of citationsOf(event.grounding, this.#said, this.#from)) {
        this.sink.cite(this.#index, citation);
      }
    }
    this.#close();
    const id = `${this.serverToolId}${this.#searches++}`;
    this.sink.tool(this.#index++, "server_tool_use", id, "web_search", { query: search.query });
    this.sink.whole(this.#index++, {
      type: "web_search_tool_result",
      tool_use_id: id,
      content: search.results,
      caller: { type: "direct" },
    });
  }

  #end(event: Extract<TurnEvent, { type: "turn-end" }>): void {
    this.#close();
    if (isBroken(event) && !this.context.empty) {
      return this.sink.broken(
        "The model's turn could not be used: it made a malformed tool call. Try again.",
      );
    }
    const stop: Stop = this.context.empty ? { reason: "max_tokens", details: null } : {
      ...stopOf(event, { tools: this.#tools, text: this.#text }),
      finish: event.finishes.find((one) => one.candidate === 0),
    };
    this.sink.end(stop, this.#usage, this.#searches);
  }
}

/** One search that Google made, with the pages it rests on. */
interface WebSearch {
  readonly query: string;
  readonly results: readonly JsonObject[];
}

/** Reads Google's grounding metadata; undefined when it names no page. */
function webSearchOf(grounding: JsonObject | undefined): WebSearch | undefined {
  if (grounding === undefined) return undefined;
  const chunks = Array.isArray(grounding.groundingChunks) ? grounding.groundingChunks : [];
  const results: JsonObject[] = [];
  for (const chunk of chunks) {
    const web = isObject(chunk) && isObject(chunk.web) ? chunk.web : undefined;
    if (web === undefined || typeof web.uri !== "string") continue;
    const title = typeof web.title === "string" ? web.title : web.uri;
    results.push({ type: "web_search_result", url: web.uri, title, encrypted_content: "", page_age: null });
  }
  if (results.length === 0) return undefined;
  const queries = Array.isArray(grounding.webSearchQueries) ? grounding.webSearchQueries : [];
  return { query: queries.filter((query) => typeof query === "string").join("; "), results };
}

/** The cited stretches of an answer that end behind `from`, each with its page. */
function citationsOf(grounding: JsonObject, text: string, from: number): readonly JsonObject[] {
  return groundedSpans(grounding, text).filter(({ start, end }) => end > start && end > from).map((
    { start, end, url, title },
  ) => ({
    type: "web_search_result_location",
    url,
    title,
    encrypted_index: "",
    cited_text: text.slice(start, end),
  }));
}

export interface Stop {
  /** How Gemini ended its turn. */
  readonly finish?: Finish | undefined;
  readonly reason: "end_turn" | "max_tokens" | "tool_use" | "refusal";
  readonly details:
    | { readonly type: "refusal"; readonly category: null; readonly explanation: string | null }
    | null;
}

type TurnEnd = Extract<TurnEvent, { type: "turn-end" }>;

/** Anthropic's stop reason for the end of a turn. */
function stopOf(end: TurnEnd, has: { readonly tools: boolean; readonly text: boolean }): Stop {
  if (end.block !== undefined) {
    return refusal(end.block.message ?? `The prompt was blocked: ${end.block.reason}.`);
  }
  const finish = end.finishes.find((one) => one.candidate === 0);
  const reason = finish?.reason ?? "STOP";
  const kind = finishKind(reason, has.tools);
  if (kind === "length") return plain("max_tokens");
  if (kind === "filter") return refusal(finish?.message ?? `The reply was stopped: ${reason}.`);
  if (kind === "other" && !has.text) return refusal(finish?.message ?? `The model gave no reply: ${reason}.`);
  return plain(has.tools ? "tool_use" : "end_turn");
}

/** True when the model's turn cannot be used, so that a stream must end with an error and not with a stop reason. */
function isBroken(end: TurnEnd): boolean {
  return end.block === undefined &&
    end.finishes.some((one) => one.candidate === 0 && retryableFinish(one.reason));
}

function plain(reason: Stop["reason"]): Stop {
  return { reason, details: null };
}

function refusal(explanation: string | null): Stop {
  return { reason: "refusal", details: { type: "refusal", category: null, explanation } };
}
