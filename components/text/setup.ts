import { plural } from "../format.ts";

/** Words of this part of the dashboard. */
export const setupText = {
  title: "Setup",
  lead: "From a key to the first answer.",
  steps: ["Keys", "Models", "Agents", "First call"],
  step: (at: number, of: number, name: string) => `Step ${at} of ${of}: ${name}`,
  next: "Next",
  back: "Back",
  skip: "Skip",
  keysHave: (count: number) => `${plural(count, "key is", "keys are")} in the pool.`,
  modelsLead: "Checked with Google: what your keys can serve.",
  modelsNone: "No model yet: add a key that works first.",
  agentsLead:
    "Choose what should use this proxy. You see each change before it is made; the old file is kept beside it.",
  agentsNone: "No coding agent was found on this machine.",
  agentFound: "found",
  agentMissing: "not found",
  agentReady: "set up",
  preview: "Show the changes",
  apply: "Make the changes",
  noDiff: "Nothing to change.",
  applied: (count: number) => `${plural(count, "agent is", "agents are")} set up.`,
  callLead: "One small question through the proxy, as an agent would ask it.",
  callModel: "Model",
  call: "Make the first call",
  calling: "Asking …",
  callPrompt: "Answer with one short friendly sentence: what is a good first step?",
  callDone: "It works. Your agents can start.",
  finish: "Open the dashboard",
} as const;
