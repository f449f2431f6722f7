import type { KeyGlanceRow, OverviewView } from "../views.ts";
import { keyName } from "../format.ts";
import { attentionText } from "./words.ts";

/** One thing that the owner should look at, with the place that mends it. */
export interface AttentionRow {
  readonly id: string;
  readonly tone: "bad" | "warn";
  readonly title: string;
  readonly detail: string;
  readonly action: string;
  readonly href: string;
}

type ApiProblem = OverviewView["problems"][number];
type Words = Pick<AttentionRow, "title" | "detail" | "action" | "href">;

const words = attentionText;
const ADD = { action: words.addKey, href: "/dashboard/keys?add" };
const CAP = { action: words.editCap, href: "/dashboard/quotas" };

function keyDead({ subject, message, link }: ApiProblem, keys: readonly KeyGlanceRow[]): Words {
  const key = keys.find(({ id }) => id === subject);
  const href = `/dashboard/keys?focus=${encodeURIComponent(subject)}`;
  return {
    title: key === undefined ? message : words.deadKey(keyName(key)),
    detail: key?.reason ?? "",
    action: link === null ? words.seeKey : words.openGoogle,
    href: link ?? href,
  };
}

/** A problem with the place that mends it. Models that are out have a row of their own on the board. */
function wordsOf(problem: ApiProblem, keys: readonly KeyGlanceRow[]): Words {
  const plain = { title: problem.message, detail: "" };
  switch (problem.kind) {
    case "key_dead":
      return keyDead(problem, keys);
    case "no_keys":
      return { title: words.noKeys, detail: words.noKeysDetail, ...ADD };
    case "no_usable_key":
      return { ...plain, ...ADD };
    case "cap_reached":
    case "cap_near":
      return { ...plain, ...CAP };
    case "waiting":
      return { ...plain, action: words.seeNow, href: "/dashboard/now" };
    default:
      return { ...plain, action: words.seeLogs, href: "/dashboard/logs?level=warn" };
  }
}

/** Problems other than models that are out, the worst first. */
export function attentionRows(
  { problems }: OverviewView,
  keys: readonly KeyGlanceRow[],
): readonly AttentionRow[] {
  return problems.filter(({ kind }) => kind !== "model_out").map((problem) => ({
    id: `${problem.kind}-${problem.subject}`,
    tone: problem.severity === "error" ? "bad" : "warn",
    ...wordsOf(problem, keys),
  }));
}
