import type { ModelRulesView } from "../shared/views.ts";
import { useSignal } from "@preact/signals";
import { api, messageOf } from "../shared/live/browser_api.ts";
import { showToast } from "../shared/live/toasts.ts";
import { modelsText } from "./words.ts";
import { text } from "../shared/words.ts";
import { Card } from "../shared/ui/card.tsx";
import { chosenModels, ModelListField } from "./model_list_field.tsx";

const words = modelsText;

/** The models that this proxy offers, by patterns. */
export function ModelRules(
  { rules, known, refresh }: { rules: ModelRulesView; known: string; refresh: () => Promise<void> },
) {
  const allow = useSignal(rules.allowModels);
  const deny = useSignal(rules.denyModels);
  const save = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    allow.value = chosenModels(form, "allow", allow.value);
    deny.value = chosenModels(form, "deny", deny.value);
    form.reset();
    try {
      await api.changeSettings({
        modelRules: {
          ...(allow.value.length > 0 ? { allowModels: allow.value } : {}),
          ...(deny.value.length > 0 ? { denyModels: deny.value } : {}),
        },
      });
      showToast(words.rulesSaved, { tone: "good" });
    } catch (error) {
      showToast(messageOf(error), { tone: "bad", ms: 10_000 });
    }
    await refresh();
  };
  return (
    <Card title={words.rules} note={words.rulesNote}>
      <form class="grid gap-3" onSubmit={save}>
        <ModelListField
          label={words.rulesAllow}
          name="allow"
          value={allow.value}
          onChange={(list) => allow.value = list}
          known={known}
          ordered={false}
          placeholder={words.rulesAll}
        />
        <ModelListField
          label={words.rulesDeny}
          name="deny"
          value={deny.value}
          onChange={(list) => deny.value = list}
          known={known}
          ordered={false}
          placeholder={words.rulesNothing}
        />
        <button type="submit" class="btn justify-self-end">{text.save}</button>
      </form>
    </Card>
  );
}
