import { useSignal } from "@preact/signals";
import { api, messageOf } from "../shared/live/browser_api.ts";
import { showToast } from "../shared/live/toasts.ts";
import { settingsText } from "./words.ts";
import { Card } from "../shared/ui/card.tsx";
import { Icon } from "../shared/ui/icon.tsx";

const words = settingsText;

function saveFile(content: unknown): void {
  const blob = new Blob([JSON.stringify(content, null, 2)], { type: "application/json" });
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = `geminitro-${new Date().toISOString().slice(0, 10)}.json`;
  link.click();
  URL.revokeObjectURL(url);
}

/** Everything out into one file and in again. */
export function Transfer() {
  const passphrase = useSignal("");
  const attempt = async (task: () => Promise<void>) => {
    await task().catch((error) => showToast(messageOf(error), { tone: "bad", ms: 10_000 }));
  };
  const exportAll = () =>
    attempt(async () => saveFile(await api.exportSealed({ passphrase: passphrase.value })));
  const importFile = (file: File | undefined) =>
    attempt(async () => {
      if (file === undefined) return;
      const document: unknown = JSON.parse(await file.text());
      const secret = passphrase.value === "" ? {} : { passphrase: passphrase.value };
      await api.importFile({ document, ...secret });
      showToast(settingsText.imported, { tone: "good" });
    });
  return (
    <Card id="transfer" title={words.transfer}>
      <p class="mb-4 text-mute">{words.transferLead}</p>
      <label>
        <span class="label">{words.passphrase}</span>
        <input
          class="field"
          type="password"
          autocomplete="new-password"
          placeholder={words.passphraseHint}
          value={passphrase}
          onInput={(event) => passphrase.value = event.currentTarget.value}
        />
      </label>
      <div class="mt-4 flex flex-wrap items-center gap-2">
        <button type="button" class="btn" disabled={passphrase.value.length < 8} onClick={exportAll}>
          <Icon name="download" />
          {words.export}
        </button>
        <label class="btn focus-within:outline-2 focus-within:outline-accent">
          {words.import}
          <input
            type="file"
            accept="application/json"
            class="sr-only"
            onChange={(event) => importFile(event.currentTarget.files?.[0])}
          />
        </label>
      </div>
    </Card>
  );
}
