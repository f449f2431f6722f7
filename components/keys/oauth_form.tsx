import { useSignal } from "@preact/signals";
import { fields, text as textOf } from "../data/fields.ts";
import { messageOf, send } from "../live/browser_api.ts";
import { say } from "../live/toasts.ts";
import { keysText } from "../text/keys.ts";
import { Icon } from "../ui/icon.tsx";

const words = keysText;
const PROVIDERS = ["antigravity", "gemini-cli"] as const;

/** Signs an account in: Google's page in a new tab; the address it ends at can be pasted when it cannot come back. */
export function OAuthForm({ onAdded }: { onAdded: () => void }) {
  const provider = useSignal<typeof PROVIDERS[number]>("antigravity");
  const answer = useSignal("");
  const problem = useSignal("");
  const attempt = async (task: () => Promise<void>) => {
    problem.value = "";
    await task().catch((error) => problem.value = messageOf(error));
  };
  const open = () =>
    attempt(async () => {
      const reply = fields(await send("POST", `/api/keys/oauth/${provider.value}`, { confirmed: true }));
      globalThis.open(textOf(reply["authUrl"]), "_blank", "noopener");
    });
  const finish = () =>
    attempt(async () => {
      await send("POST", "/api/keys/oauth-manual", {
        provider: provider.value,
        redirect: answer.value.trim(),
        confirmed: true,
      });
      say(words.oauthDone, { tone: "good" });
      onAdded();
    });
  return (
    <div class="grid gap-4">
      <p class="text-mute">{words.oauthLead}</p>
      <p class="flex gap-2 rounded-lg bg-warn-wash px-3 py-2 text-warn">
        <Icon name="alert" class="mt-0.5" />
        {words.oauthWarn}
      </p>
      <div class="flex flex-wrap gap-2" role="group" aria-label={words.source}>
        {PROVIDERS.map((one) => (
          <button
            key={one}
            type="button"
            class={`btn ${provider.value === one ? "btn-primary" : ""}`}
            aria-pressed={provider.value === one}
            onClick={() => provider.value = one}
          >
            {words.providers[one]}
          </button>
        ))}
        <button type="button" class="btn ms-auto" onClick={open}>{words.oauthOpen}</button>
      </div>
      <label>
        <span class="label">{words.oauthPaste}</span>
        <input class="field" value={answer} onInput={(event) => answer.value = event.currentTarget.value} />
      </label>
      {problem.value && <p role="alert" class="text-bad">{problem.value}</p>}
      <button
        type="button"
        class="btn btn-primary justify-self-end"
        disabled={answer.value.trim() === ""}
        onClick={finish}
      >
        {words.oauthFinish}
      </button>
    </div>
  );
}
