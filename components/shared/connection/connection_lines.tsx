import type { ConnectionView } from "../views.ts";
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { connectionLines } from "../../../src/core/connection.ts";
import { api, messageOf } from "../live/browser_api.ts";
import { copyText } from "../live/clipboard.ts";
import { showToast } from "../live/toasts.ts";
import { Icon } from "../ui/icon.tsx";

const words = {
  copy: (what: string) => `Copy ${what}`,
  ownersToken: "The owner's token: the one you sign in with.",
  makeToken: "Make a token for a client",
  tokenOnce: "Copy it now: it is not shown again.",
  clientName: "New client",
  noModel: "No model yet: add a key first.",
} as const;
const MODEL_LABEL = "Model";
const KEY_LABEL = "API key";

/** A name that no client has yet, as good as surely. */
function freshName(): string {
  return `${words.clientName} ${crypto.getRandomValues(new Uint8Array(4)).toHex()}`;
}

function Line({ label, value, children }: { label: string; value: string; children?: ComponentChildren }) {
  return (
    <div class="grid items-center gap-x-4 gap-y-0.5 py-1.5 sm:grid-cols-[14rem_minmax(0,1fr)]">
      <dt class="text-xs text-mute">{label}</dt>
      <dd class="flex min-w-0 items-center gap-2">
        {children ?? <code class="min-w-0 flex-1 font-mono text-xs break-all">{value}</code>}
        {value !== "" && (
          <button
            type="button"
            class="btn btn-quiet btn-small ms-auto"
            aria-label={words.copy(label)}
            onClick={() => void copyText(value)}
          >
            <Icon name="copy" />
          </button>
        )}
      </dd>
    </div>
  );
}

/** The token of the line: the one that everybody knows, one made here, or a button that makes one. */
function Token({ token, onMade }: { token: string; onMade: (token: string) => void }) {
  const make = async () => {
    try {
      onMade((await api.addClient({ name: freshName() })).token);
    } catch (error) {
      showToast(messageOf(error), { tone: "bad" });
    }
  };
  if (token !== "") {
    return (
      <span class="grid min-w-0 flex-1">
        <code class="font-mono text-xs break-all">{token}</code>
      </span>
    );
  }
  return (
    <span class="flex min-w-0 flex-1 flex-wrap items-center gap-x-3 gap-y-1 text-xs">
      <span class="text-mute">{words.ownersToken}</span>
      <button type="button" class="btn btn-small" onClick={() => void make()}>{words.makeToken}</button>
    </span>
  );
}

function Model({ models, model, onChoose }: {
  models: readonly string[];
  model: string;
  onChoose: (model: string) => void;
}) {
  if (models.length === 0) return <span class="text-xs text-mute">{words.noModel}</span>;
  return (
    <select
      class="field !min-h-[1.65rem] min-w-0 flex-1 !py-0 font-mono !text-xs"
      aria-label={MODEL_LABEL}
      value={model}
      onChange={(event) => onChoose(event.currentTarget.value)}
    >
      {models.map((one) => <option key={one} value={one}>{one}</option>)}
    </select>
  );
}

/** The lines of the card: base URLs, token and model, each with a button that copies it. */
export function ConnectionLines({ connection }: { connection: ConnectionView }) {
  const root = useSignal(connection.root);
  const made = useSignal("");
  const model = useSignal(connection.models[0] ?? "");
  useEffect(() => {
    // A front may show the page under a path of its own.
    root.value = location.origin + location.pathname.replace(/\/dashboard(?:\/.*)?$/, "");
  }, []);
  const token = made.value || connection.knownToken;
  const chosen = model.value || (connection.models[0] ?? "");
  const lines = connectionLines({ root: root.value, apiKey: token, model: chosen });
  return (
    <>
      <dl class="divide-y divide-line">
        {lines.map(({ label, value }) => (
          <Line key={label} label={label} value={value}>
            {label === KEY_LABEL
              ? <Token token={token} onMade={(token) => made.value = token} />
              : label === MODEL_LABEL
              ? <Model models={connection.models} model={chosen} onChoose={(name) => model.value = name} />
              : undefined}
          </Line>
        ))}
      </dl>
      {made.value && <p class="mt-1 text-xs font-medium text-good" role="status">{words.tokenOnce}</p>}
    </>
  );
}
