import { FIRST_RUN } from "../../src/core/first_run.ts";

/** Words of the wizard; those that the terminal's first run has too are in FIRST_RUN. */
export const setupText = {
  title: "Setup",
  lead: "From a key to the first answer.",
  steps: FIRST_RUN.steps,
  next: "Next",
  back: "Back",
  skip: "Skip",
  keysNone: `${FIRST_RUN.noKey}. ${FIRST_RUN.several}`,
  keysDead: "No key works yet: add another, or see why on the page Keys.",
  modelsLead: "Checked with Google: what your keys can serve.",
  modelsNone: "No model yet: add a key that works first.",
  agentsLead:
    "Choose what should use this proxy. You see each change before it is made; the old file is kept beside it.",
  agentsNone: `${FIRST_RUN.noAgent}. Any client that takes a base URL works:`,
  agentsOther: (count: number) => `Set up another agent (${count} that were not found)`,
  agentFound: "found",
  agentMissing: "not found",
  agentReady: "set up",
  preview: "Show the changes",
  apply: "Make the changes",
  noDiff: "Nothing to change.",
  applied: (count: number) => `${count === 1 ? "1 agent is" : `${count} agents are`} set up.`,
  callLead: "One small question through the proxy, as an agent would ask it.",
  callModel: "Model",
  call: "Ask",
  callAgain: "Ask again",
  calling: "Asking …",
  toKeys: "Add a key",
  finish: "Open the dashboard",
} as const;
