import { plural, wholeNumber } from "../format.ts";

/** Words of this part of the dashboard. */
export const attentionText = {
  title: "Needs attention",
  calm: "Nothing needs you",
  calmDetail: (keys: number) => `${plural(keys, "key", "keys")} can serve. You can keep working.`,
  deadKey: (name: string) => `Google no longer takes ${name}`,
  moreDead: (count: number) => `${plural(count, "more key is", "more keys are")} dead`,
  moreDeadDetail: "They stay out of rotation until a check finds them well.",
  openGoogle: "Open Google's page",
  seeKey: "See the key",
  seeKeys: "See them",
  noKeys: "There are no keys yet",
  noKeysDetail: "Add a Gemini API key, and your agents can start.",
  noUsable: "No key can serve",
  noUsableDetail: "Every key is switched off or dead.",
  addKey: "Add keys",
  allCooling: "Every key is cooling",
  allCoolingUntil: (left: string) => `The first one is back in ${left}. Calls wait that long in the queue.`,
  allCoolingUnknown: "Google has not said until when.",
  capReached: (model: string) => `The cap of ${model} is reached`,
  capNear: (model: string) => `The cap of ${model} is near`,
  capDetail: (used: number, limit: number, unit: string) =>
    `${wholeNumber(used)} of ${wholeNumber(limit)} ${unit}`,
  editCap: "Edit the cap",
  emptySoon: (model: string, left: string) => `${model} runs out in ${left}`,
  emptySoonDetail: (buckets: string) => `At the present pace ${buckets} will be empty before the reset.`,
  seeQuotas: "See quotas",
  waiting: (count: number) => `${plural(count, "call waits", "calls wait")} for a free key`,
  waitingDetail: (left: string) => `The next one is expected to start in ${left}.`,
  seeFlow: "See the flow",
} as const;
