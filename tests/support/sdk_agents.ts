/** A small agent on each official SDK: keeps its history as that SDK gives it, calls tools and answers them. */
import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";

export interface Turn {
  readonly text: string;
  readonly calls: readonly string[];
}

/** One conversation. `ask` says something; `answer` gives each open call this result. Both bring the model's turn. */
export interface SdkAgent {
  readonly name: string;
  /** May be changed between turns. */
  model: string;
  /** May be changed between turns, as a restarted proxy has another port. */
  url: string;
  ask(text: string): Promise<Turn>;
  answer(result: string): Promise<Turn>;
  /** Forgets the older half of the history, as clients do that compact it, and puts a summary first. */
  compact(): void;
}

const TOKEN = "geminitro";
const SCHEMA = { type: "object" as const, properties: { place: { type: "string" } }, required: ["place"] };
const TOOLS = ["weather", "forecast"];
const SUMMARY = "Summary of what was said before: the user asks for weather.";

export function sdkAgents(url: string, model: string): SdkAgent[] {
  return [new ChatAgent(url, model), new MessagesAgent(url, model), new ResponsesAgent(url, model)];
}

class ChatAgent implements SdkAgent {
  readonly name = "chat";
  #messages: OpenAI.ChatCompletionMessageParam[] = [];

  constructor(public url: string, public model: string) {}

  ask(text: string): Promise<Turn> {
    this.#messages.push({ role: "user", content: text });
    return this.#turn();
  }

  answer(result: string): Promise<Turn> {
    const last = this.#messages.at(-1);
    const calls = last?.role === "assistant" ? last.tool_calls ?? [] : [];
    for (const { id } of calls) this.#messages.push({ role: "tool", tool_call_id: id, content: result });
    return this.#turn();
  }

  compact(): void {
    this.#messages = [
      { role: "user", content: SUMMARY },
      ...this.#messages.slice(this.#messages.length >> 1),
    ];
  }

  async #turn(): Promise<Turn> {
    const openai = new OpenAI({ apiKey: TOKEN, baseURL: `${this.url}/v1`, maxRetries: 0 });
    const { choices } = await openai.chat.completions.stream({
      model: this.model,
      messages: this.#messages,
      tools: TOOLS.map((name) => ({ type: "function" as const, function: { name, parameters: SCHEMA } })),
    }).finalChatCompletion();
    const { content, tool_calls = [] } = choices[0]!.message;
    const calls = tool_calls.flatMap((call) => call.type === "function" ? [call] : []);
    this.#messages.push({
      role: "assistant",
      content,
      // As most agents do: the fields that OpenAI names, and nothing else.
      ...(calls.length === 0 ? {} : {
        tool_calls: calls.map(({ id, function: { name, arguments: args } }) => ({
          id,
          type: "function" as const,
          function: { name, arguments: args },
        })),
      }),
    });
    return { text: content ?? "", calls: calls.map((call) => call.function.name) };
  }
}

class MessagesAgent implements SdkAgent {
  readonly name = "messages";
  #messages: Anthropic.MessageParam[] = [];

  constructor(public url: string, public model: string) {}

  ask(text: string): Promise<Turn> {
    this.#messages.push({ role: "user", content: text });
    return this.#turn();
  }

  answer(result: string): Promise<Turn> {
    const content = this.#messages.at(-1)?.content;
    const calls = Array.isArray(content)
      ? content.flatMap((block) => block.type === "tool_use" ? [block] : [])
      : [];
    this.#messages.push({
      role: "user",
      content: calls.map(({ id }) => ({ type: "tool_result", tool_use_id: id, content: result })),
    });
    return this.#turn();
  }

  compact(): void {
    this.#messages = [
      { role: "user", content: SUMMARY },
      ...this.#messages.slice(this.#messages.length >> 1),
    ];
  }

  async #turn(): Promise<Turn> {
    const anthropic = new Anthropic({ apiKey: TOKEN, baseURL: this.url, maxRetries: 0 });
    const message = await anthropic.messages.stream({
      model: this.model,
      max_tokens: 4_096,
      thinking: { type: "enabled", budget_tokens: 1_024 },
      messages: this.#messages,
      tools: TOOLS.map((name) => ({ name, input_schema: SCHEMA })),
    }).finalMessage();
    this.#messages.push({ role: "assistant", content: message.content });
    return {
      text: message.content.flatMap((block) => block.type === "text" ? [block.text] : []).join(""),
      calls: message.content.flatMap((block) => block.type === "tool_use" ? [block.name] : []),
    };
  }
}

class ResponsesAgent implements SdkAgent {
  readonly name = "responses";
  #input: OpenAI.Responses.ResponseInputItem[] = [];

  constructor(public url: string, public model: string) {}

  ask(text: string): Promise<Turn> {
    this.#input.push({ role: "user", content: text });
    return this.#turn();
  }

  answer(result: string): Promise<Turn> {
    const answered = new Set(
      this.#input.flatMap((item) => item.type === "function_call_output" ? [item.call_id] : []),
    );
    const open = this.#input.flatMap((item) =>
      item.type === "function_call" && !answered.has(item.call_id) ? [item.call_id] : []
    );
    for (const call_id of open) this.#input.push({ type: "function_call_output", call_id, output: result });
    return this.#turn();
  }

  compact(): void {
    this.#input = [{ role: "user", content: SUMMARY }, ...this.#input.slice(this.#input.length >> 1)];
  }

  async #turn(): Promise<Turn> {
    const openai = new OpenAI({ apiKey: TOKEN, baseURL: `${this.url}/v1`, maxRetries: 0 });
    const response = await openai.responses.stream({
      model: this.model,
      store: false,
      include: ["reasoning.encrypted_content"],
      reasoning: { effort: "low", summary: "auto" },
      input: this.#input,
      tools: TOOLS.map((name) => ({ type: "function" as const, name, strict: false, parameters: SCHEMA })),
    }).finalResponse();
    this.#input.push(...response.output as OpenAI.Responses.ResponseInputItem[]);
    return {
      text: response.output_text,
      calls: response.output.flatMap((item) => item.type === "function_call" ? [item.name] : []),
    };
  }
}
