import { fullContents } from "./code_assist_request.ts";
import type { BuildInput } from "./contract.ts";

/** The body of a count, which takes the turns alone; instructions and tools are counted as a turn of their own. */
export function countBody({ model, request }: BuildInput) {
  const { systemInstruction, tools, contents } = request;
  const beside = [
    ...(systemInstruction?.parts ?? []),
    ...(tools === undefined || tools.length === 0 ? [] : [{ text: JSON.stringify(tools) }]),
  ];
  const first = beside.length === 0 ? [] : [{ role: "user" as const, parts: beside }];
  return { request: { model: `models/${model}`, contents: fullContents([...first, ...contents]) } };
}
