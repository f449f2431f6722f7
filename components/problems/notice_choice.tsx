import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { chooseNotice, wantsNotice } from "../live/notify.ts";
import { problemsText } from "./words.ts";

const words = problemsText;

/** A switch for the browser's notifications; absent where the browser has none. */
export function NoticeChoice() {
  const isOn = useSignal(false);
  const refused = useSignal(false);
  const can = useSignal(false);
  useEffect(() => {
    can.value = "Notification" in globalThis;
    if (can.value) isOn.value = wantsNotice();
  }, []);
  const choose = async (on: boolean) => {
    isOn.value = await chooseNotice(on);
    refused.value = on && !isOn.value;
  };
  if (!can.value) return null;
  return (
    <div class="flex flex-wrap items-center gap-x-4 gap-y-1">
      <label class="flex items-center gap-2">
        <input
          type="checkbox"
          class="size-4 accent-(--accent)"
          checked={isOn.value}
          onChange={(event) => void choose(event.currentTarget.checked)}
        />
        {words.notify}
      </label>
      {refused.value && <span class="text-bad" role="alert">{words.notifyRefused}</span>}
    </div>
  );
}
