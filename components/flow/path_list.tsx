import { wholeNumber } from "../format.ts";
import { requestsHref } from "../requests/request_query.ts";
import { type FlowPath, OUTCOMES, stationsOf } from "./layout.ts";
import { flowText } from "./words.ts";

const words = flowText;

/** The ways as lines, for small screens, for screen readers and without script; each opens its requests. */
export function PathList({ paths, most }: { paths: readonly FlowPath[]; most: number }) {
  return (
    <>
      <ol class="divide-y divide-line" aria-label={words.paths}>
        {paths.slice(0, most).map((path, index) => {
          const stations = stationsOf(path);
          const filter = Object.assign({}, ...stations.map(({ filter }) => filter ?? {}));
          return (
            <li key={index} class="grid gap-0.5 px-4 py-2 sm:px-5">
              <a class="min-w-0 break-words hover:underline" href={requestsHref(filter)}>
                {stations.map(({ label }) => label).join(" → ")}
              </a>
              <span class="num text-xs text-mute">
                {OUTCOMES.filter((outcome) => path[outcome] > 0)
                  .map((outcome) => `${wholeNumber(path[outcome])} ${words.outcomes[outcome]}`).join(", ")}
              </span>
            </li>
          );
        })}
      </ol>
      {paths.length > most && (
        <p class="px-4 py-2 text-xs text-mute sm:px-5">{words.more(paths.length - most)}</p>
      )}
    </>
  );
}
