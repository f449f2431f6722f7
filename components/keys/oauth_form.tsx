import type { Accounts as AccountsView } from "../../src/management/contract.ts";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api, messageOf } from "../shared/live/browser_api.ts";
import { keysText } from "./words.ts";
import { Problem } from "../shared/ui/card.tsx";
import { Icon } from "../shared/ui/icon.tsx";

const words = keysText;
type Provider = keyof typeof words.providers;
const PROVIDERS = Object.keys(words.providers) as readonly Provider[];

function Warning({ warning, confirmed, onConfirm }: {
  warning: string;
  confirmed: boolean;
  onConfirm: (confirmed: boolean) => void;
}) {
  return (
    <div class="grid gap-3 rounded-lg bg-warn-wash px-4 py-3 text-warn">
      <p class="flex gap-2">
        <Icon name="alert" class="mt-0.5" />
        <span>{warning}</span>
      </p>
      <label class="flex items-center gap-2 font-medium">
        <input
          type="checkbox"
          class="size-4 accent-(--accent)"
          checked={confirmed}
          onChange={(event) => onConfirm(event.currentTarget.checked)}
        />
        {words.oauthConfirm}
      </label>
    </div>
  );
}

function Providers({ chosen, accounts, onChoose }: {
  chosen: Provider;
  accounts: AccountsView | undefined;
  onChoose: (provider: Provider) => void;
}) {
  const state = accounts?.sources.find(({ source }) => source === chosen);
  return (
    <div class="grid gap-2">
      <div class="flex flex-wrap gap-2" role="group" aria-label={words.source}>
        {PROVIDERS.map((one) => (
          <button
            key={one}
            type="button"
            class={`btn ${chosen === one ? "!border-transparent !bg-accent-wash !text-accent" : ""}`}
            aria-pressed={chosen === one}
            onClick={() => onChoose(one)}
          >
            {words.providers[one]}
          </button>
        ))}
      </div>
      {state?.on === false && <Problem>{state.reason}</Problem>}
    </div>
  );
}

/** Google's page may end at an address that this machine cannot open: it can be pasted. */
function PasteField({ disabled, onFinish }: { disabled: boolean; onFinish: (address: string) => void }) {
  const answer = useSignal("");
  return (
    <div class="flex flex-wrap items-end gap-2">
      <label class="min-w-56 flex-1">
        <span class="label">{words.oauthPaste}</span>
        <input class="field" value={answer} onInput={(event) => answer.value = event.currentTarget.value} />
      </label>
      <button
        type="button"
        class="btn"
        disabled={disabled || answer.value.trim() === ""}
        onClick={() => onFinish(answer.value.trim())}
      >
        {words.oauthFinish}
      </button>
    </div>
  );
}

function FileField({ disabled, onFile }: { disabled: boolean; onFile: (file: File) => void }) {
  return (
    <label
      class={`btn justify-self-start focus-within:outline-2 focus-within:outline-accent ${
        disabled ? "opacity-55" : ""
      }`}
    >
      {words.oauthFile}
      <input
        type="file"
        accept="application/json"
        class="sr-only"
        disabled={disabled}
        onChange={(event) => {
          const [file] = event.currentTarget.files ?? [];
          if (file) onFile(file);
        }}
      />
    </label>
  );
}

/** Signs an account in: Google's page in a new tab, whose end is seen here; nothing happens before the warning is confirmed. */
export function OAuthForm({ onAdded }: { onAdded: () => void }) {
  const provider = useSignal<Provider>("antigravity");
  const accounts = useSignal<AccountsView | undefined>(undefined);
  const confirmed = useSignal(false);
  const problem = useSignal("");
  /** Its state, announced to screen readers as it changes. */
  const note = useSignal("");
  const gone = useSignal(false);
  useEffect(() => {
    void api.accounts().then((view) => accounts.value = view, () => {});
    return () => void (gone.value = true);
  }, []);
  const attempt = async (task: () => Promise<string>) => {
    [problem.value, note.value] = ["", ""];
    try {
      note.value = await task();
      onAdded();
    } catch (error) {
      [problem.value, note.value] = [messageOf(error), ""];
    }
  };
  const begin = () =>
    attempt(async () => {
      const { authUrl, state } = await api.beginSignIn(provider.value, { confirmed: true });
      globalThis.open(authUrl, "_blank", "noopener");
      note.value = words.oauthWaiting;
      return words.oauthAdded(await waitForSignIn(state, () => gone.value));
    });
  const finish = (redirect: string) =>
    attempt(async () => {
      await api.finishSignIn({
        provider: provider.value,
        redirect,
        confirmed: true,
      });
      return words.oauthDone;
    });
  const take = (file: File) =>
    attempt(async () => {
      const { added, failed } = await api.importAccounts({ text: await file.text(), confirmed: true });
      const [first] = failed;
      if (added.length === 0 && first !== undefined) throw new Error(first.message);
      return words.oauthFiles(added.length, failed.length);
    });
  return (
    <div class="grid gap-4">
      <p class="text-mute">{words.oauthLead}</p>
      <Warning
        warning={accounts.value?.warning || words.oauthWarn}
        confirmed={confirmed.value}
        onConfirm={(value) => confirmed.value = value}
      />
      <Providers
        chosen={provider.value}
        accounts={accounts.value}
        onChoose={(one) => provider.value = one}
      />
      <div class="flex flex-wrap items-center gap-3">
        <button type="button" class="btn btn-primary" disabled={!confirmed.value} onClick={begin}>
          {words.oauthOpen}
        </button>
        <span role="status" class="text-mute">{note.value}</span>
      </div>
      {problem.value && <Problem>{problem.value}</Problem>}
      <div class="grid gap-4 border-t border-line pt-4">
        <PasteField disabled={!confirmed.value} onFinish={(address) => void finish(address)} />
        <FileField disabled={!confirmed.value} onFile={(file) => void take(file)} />
      </div>
    </div>
  );
}

const STEP_MS = 1_500;
const MOST_MS = 10 * 60_000;

/** Waits until Google's page was answered; returns the account's name. Throws with the server's sentence when it failed. */
async function waitForSignIn(state: string, isGone: () => boolean): Promise<string> {
  const end = performance.now() + MOST_MS;
  while (performance.now() < end && !isGone()) {
    const { status, message = "", account } = await api.signInProgress({ state });
    if (status === "done" && message === "") return account?.email ?? "";
    if (status === "done" || status === "failed") throw new Error(message);
    await new Promise((resolve) => setTimeout(resolve, STEP_MS));
  }
  throw new Error(isGone() ? "" : keysText.oauthTimeout);
}
