import type { CapsView } from "./read_quotas.ts";
import { attempt } from "../shared/live/attempt.ts";
import { api } from "../shared/live/browser_api.ts";
import { text } from "../shared/words.ts";
import { quotasText } from "./words.ts";
import { Card } from "../shared/ui/card.tsx";

const words = quotasText;

/** The start of a day for caps, and its time zone. */
export function ScheduleForm({ caps, refresh }: { caps: CapsView; refresh: () => Promise<void> }) {
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const change = {
      resetTime: String(form.get("resetTime")),
      timezone: String(form.get("timezone")).trim(),
    };
    await attempt(() => api.setCapSchedule(change), words.saved);
    await refresh();
  };
  return (
    <Card title={words.schedule} note={words.scheduleNote}>
      <form class="grid gap-4 sm:grid-cols-[8rem_1fr_auto] sm:items-end" onSubmit={submit}>
        <label>
          <span class="label">{words.resetTime}</span>
          <input class="field num" type="time" name="resetTime" required defaultValue={caps.resetTime} />
        </label>
        <label>
          <span class="label">{words.timezone}</span>
          <input
            class="field"
            type="text"
            name="timezone"
            required
            placeholder={words.timezoneHint}
            title={words.timezoneHint}
            defaultValue={caps.timezone}
          />
        </label>
        <button type="submit" class="btn">{text.save}</button>
      </form>
    </Card>
  );
}
