import { plural } from "../format.ts";

/** Words of the form that adds keys, and of the fields that it shares with the page of keys. */
export const keyFormText = {
  tier: "Tier",
  project: "Project",
  projectHint: "Keys of one Google Cloud project share its limits",
  addLead: "One a line, or anything with keys in it. They are checked with Google, then kept encrypted.",
  addField: "API keys",
  addButton: (count: number) => count === 0 ? "Add" : `Add ${plural(count, "key", "keys")}`,
  addProgress: (done: number, total: number) => `${done} of ${total}`,
  addOk: (models: number) => plural(models, "model", "models"),
  addFailed: (count: number) => `Mend the ${count} that failed`,
  addMore: "Add more",
  addDone: (good: number, bad: number) =>
    bad === 0 ? `${plural(good, "key is", "keys are")} added.` : `${good} added, ${bad} refused.`,
  getKey: "Get a key at Google AI Studio",
} as const;
