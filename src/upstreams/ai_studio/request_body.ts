import type { BuildInput, EmbedBatch } from "../contract.ts";

/** The JSON of a call. Counting wraps the whole request, so that instructions and tools are counted too. */
export function requestBody({ operation, model, request, embed }: BuildInput): string {
  const name = `models/${model}`;
  switch (operation) {
    case "generate":
    case "stream":
      return JSON.stringify(request);
    case "count_tokens":
      return JSON.stringify({ generateContentRequest: { model: name, ...request } });
    case "embed":
      return JSON.stringify(embedRequests(name, embed)[0]);
    case "batch_embed":
      return JSON.stringify({ requests: embedRequests(name, embed) });
  }
}

function embedRequests(model: string, embed: EmbedBatch | undefined) {
  if (embed === undefined || embed.inputs.length === 0) {
    throw new TypeError("An embedding call needs its inputs");
  }
  const { inputs, dimensions, taskType, title } = embed;
  return inputs.map((input) => ({
    model,
    content: { parts: [typeof input === "string" ? { text: input } : input] },
    ...(taskType === undefined ? {} : { taskType }),
    ...(title === undefined ? {} : { title }),
    ...(dimensions === undefined ? {} : { outputDimensionality: dimensions }),
  }));
}
