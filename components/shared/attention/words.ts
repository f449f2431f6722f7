import { plural } from "../format.ts";

/** Words of this part of the dashboard. */
export const attentionText = {
  title: "Needs attention",
  calm: "Nothing needs you",
  calmDetail: (message: string, keys: number) => `${message}; ${plural(keys, "key", "keys")} can serve.`,
  servedDetail: (count: number) => `${plural(count, "model is", "models are")} served.`,
  emptyDetail: "Every call is refused until there is one.",
  deadKey: (name: string) => `Google refuses the key ${name} for good`,
  openGoogle: "Open Google's page",
  seeKey: "See the key",
  noKeys: "There are no keys yet",
  noKeysDetail: "Add a Gemini API key, and your agents can start.",
  addKey: "Add keys",
  editCap: "Edit the cap",
  seeNow: "See them",
  seeLogs: "See the logs",
} as const;
