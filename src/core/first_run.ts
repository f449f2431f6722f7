/** Where a Gemini API key is made. */
const KEYS_PAGE = "https://aistudio.google.com/apikey";

function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}

const STEPS = ["Keys", "Models", "Agents", "First answer"] as const;

/** The words of the first run; the questions of the terminal and the wizard of the dashboard use the same. */
export const FIRST_RUN = {
  steps: STEPS,
  /** `at` from 1. */
  step: (at: number) => `Step ${at} of ${STEPS.length}: ${STEPS[at - 1] ?? ""}`,
  noKey: "There is no Gemini key yet",
  freeKeys: `Free keys: ${KEYS_PAGE}`,
  several: "Several on one line are taken too.",
  noneInText: "There is no key in this text",
  /** How many keys work, and how many models they can serve. */
  works: (keys: number, models: number) =>
    `${keys === 1 ? "The key works" : `${keys} keys work`}: ${counted(models, "model")}`,
  noAgent: "No coding agent was found on this machine",
  notRegistered: "No coding agent is registered",
  foundHere: (names: readonly string[]) => `Found here: ${names.join(", ")}`,
  ready: (keys: number) => `GemiNitro is ready with ${counted(keys, "key")}`,
  /** The prompt of the first call. */
  question: "Answer with the word ready.",
  answered: (model: string, took: string) => `${model} answered through the proxy in ${took}: all is ready`,
  notAnswered: (model: string, why: string) => `${model} did not answer: ${why}`,
  noModel: "No model is known yet, so none was asked",
} as const;
