import type { JsonObject } from "../core/mod.ts";
import { invalid, modelNotFound, reject, type Rejection } from "./errors.ts";
import { asObject, asText } from "./json_read.ts";
import { ownedItem } from "./owned_api.ts";
import type { SimState } from "./state.ts";

/** A new interaction: its body, and its events when it is streamed. */
export type InteractionAnswer =
  | { readonly body: JsonObject; readonly events: readonly JsonObject[] | undefined }
  | { readonly rejection: Rejection };

/** POST /v1beta/interactions: echoes its input, and continues only one of the same project. */
export function createInteraction(state: SimState, project: string, bodyText: string): InteractionAnswer {
  let request: JsonObject | undefined;
  try {
    request = asObject(JSON.parse(bodyText));
  } catch {
    request = undefined;
  }
  if (request === undefined) return { rejection: invalid("Invalid JSON payload received.") };
  const model = asText(request["model"]);
  const agent = asText(request["agent"]);
  if ((model === undefined) === (agent === undefined)) {
    return { rejection: invalid("Exactly one of model and agent must be set.") };
  }
  if (model !== undefined && !state.models.has(model.replace(/^models\//, ""))) {
    return { rejection: modelNotFound(model, "v1beta", "CreateInteraction") };
  }
  const previous = asText(request["previous_interaction_id"]);
  if (previous !== undefined && ownedItem(state, project, `interactions/${previous}`) === undefined) {
    return { rejection: reject(404, "Requested entity was not found.") };
  }
  const environment = asText(request["environment"]);
  if (
    environment !== undefined &&
    ownedItem(state, project, `environments/${environment.replace(/^environments\//, "")}`) === undefined
  ) return { rejection: reject(404, "Requested entity was not found.") };
  const id = `v1_${state.newId(24)}`;
  const created = new Date(state.clock.now()).toISOString();
  const said = `You said: ${asText(request["input"]) ?? JSON.stringify(request["input"] ?? "")}`;
  const background = request["background"] === true;
  const base: JsonObject = {
    id,
    object: "interaction",
    created,
    updated: created,
    ...(model === undefined ? { agent: agent! } : { model }),
    ...(previous === undefined ? {} : { previous_interaction_id: previous }),
  };
  const step: JsonObject = { type: "model_output", content: [{ type: "text", text: said }] };
  const usage: JsonObject = { total_input_tokens: 5, total_output_tokens: 7, total_tokens: 12 };
  const body: JsonObject = background
    ? { ...base, status: "in_progress" }
    : { ...base, status: "completed", steps: [step], usage };
  if (request["store"] !== false) {
    state.owned.set(`interactions/${id}`, {
      project,
      looks: 0,
      body: { ...base, status: "completed", steps: [step], usage },
    });
  }
  return { body, events: request["stream"] === true ? eventsOf(body, said) : undefined };
}

/** The events of an interaction, as they are streamed. */
function eventsOf(body: JsonObject, said: string): readonly JsonObject[] {
  const event = (type: string, more: JsonObject, index: number): JsonObject => ({
    event_type: type,
    event_id: String(index),
    ...more,
  });
  return [
    event("interaction.created", { interaction: { ...body, status: "in_progress" } }, 0),
    event("step.start", { index: 0, step: { type: "model_output", content: [] } }, 1),
    ...said.split(/(?<= )/).map((text, index) =>
      event("step.delta", { index: 0, delta: { type: "text", text } }, index + 2)
    ),
    event("step.stop", { index: 0 }, 90),
    event("interaction.completed", { interaction: body }, 91),
  ];
}
