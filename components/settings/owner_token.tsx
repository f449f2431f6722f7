import type { Settings as SettingsView } from "../../src/management/contract.ts";
import { useSignal } from "@preact/signals";
import { type api, messageOf, renewSession } from "../shared/live/browser_api.ts";
import { settingsText } from "./words.ts";
import { Card, Problem } from "../shared/ui/card.tsx";
import { ShownOnce } from "./shown_once.tsx";

const words = settingsText;
const BYTES = 24;

/** A token that nobody can guess. */
function newToken(): string {
  return crypto.getRandomValues(new Uint8Array(BYTES)).toBase64({ alphabet: "base64url", omitPadding: true });
}

/** Changing the token ends every session; this page's own begins again with the new one. */
async function change(own: typeof api, token: string): Promise<void> {
  await own.changeSettings({ proxyApiKey: token });
  await fetch("/dashboard/login", {
    method: "POST",
    body: new URLSearchParams({ token }),
    redirect: "manual",
  });
}

/** Says what the owner's token is, warns while it is the one that everybody knows, and changes it. */
export function OwnerToken(
  { settings, refresh }: { settings: SettingsView; refresh: () => Promise<void> },
) {
  const typed = useSignal("");
  const changed = useSignal("");
  const problem = useSignal("");
  const isDefault = settings.running["proxyApiKeyIsDefault"] === true;
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    problem.value = "";
    try {
      await renewSession((own) => change(own, typed.value));
      [changed.value, typed.value] = [typed.value, ""];
      await refresh();
    } catch (error) {
      problem.value = messageOf(error);
    }
  };
  return (
    <Card id="owner" title={words.owner}>
      <div class="grid gap-3">
        {isDefault && <Problem>{words.ownerDefault}</Problem>}
        <p class="text-mute">{words.ownerLead}</p>
        <form class="flex flex-wrap items-end gap-2" onSubmit={submit}>
          <label class="min-w-48 flex-1">
            <span class="label">{words.ownerNew}</span>
            <input
              class="field font-mono"
              required
              minLength={16}
              maxLength={200}
              autocomplete="off"
              spellcheck={false}
              placeholder={words.ownerHint}
              value={typed}
              onInput={(event) => typed.value = event.currentTarget.value.trim()}
            />
          </label>
          <button type="button" class="btn" onClick={() => typed.value = newToken()}>
            {words.ownerMake}
          </button>
          <button type="submit" class="btn btn-primary" disabled={typed.value === ""}>
            {words.ownerSave}
          </button>
        </form>
        {problem.value && <Problem>{problem.value}</Problem>}
        {changed.value && <ShownOnce token={changed.value} says={words.ownerChanged} />}
      </div>
    </Card>
  );
}
