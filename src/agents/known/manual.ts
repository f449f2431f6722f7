import { connectionLines } from "../../core/mod.ts";
import type { KnownAgent } from "../known_agent.ts";

/** Any other client: shows the values to enter by hand. */
export const manual: KnownAgent = {
  id: "manual",
  name: "Manual / other",
  wire: "openai_chat",
  scopes: ["global"],
  traces: () => [],
  files: () => Promise.resolve([]),
  notes({ root, apiKey, defaultModel }) {
    const lines = connectionLines({ root, apiKey, model: defaultModel.id });
    const width = Math.max(...lines.map(({ label }) => label.length));
    return lines.map(({ label, value }) => `${label.padEnd(width)}  ${value}`);
  },
};
