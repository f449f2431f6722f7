import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { connection, listen } from "../components/live/live_events.ts";
import { CommandPalette } from "../components/shell/command_palette.tsx";
import { listenForShortcuts } from "../components/shell/shortcuts.ts";
import { readTheme } from "../components/shell/theme.ts";
import { ThemeMenu } from "../components/shell/theme_menu.tsx";
import { text } from "../components/text.ts";
import { Icon } from "../components/ui/icon.tsx";

const DOTS = { connecting: "bg-edge", live: "bg-good-fill", lost: "bg-bad-fill", paused: "bg-warn-fill" };

function LiveBadge() {
  return (
    <span
      class="inline-flex items-center gap-2 text-xs text-mute"
      role="status"
      data-connection={connection.value}
    >
      <span class={`size-2 rounded-full ${DOTS[connection.value]}`} aria-hidden="true" />
      <span class="max-sm:sr-only">{text.connection[connection.value]}</span>
    </span>
  );
}

/** What stands at the foot of the menu: the connection, the palette, the appearance, the way out. */
export default function Shell() {
  const open = useSignal(false);
  useEffect(() => {
    readTheme();
    const stops = [listenForShortcuts(() => open.value = true), listen("reconnected", () => {})];
    return () => stops.forEach((stop) => stop());
  }, []);
  return (
    <div class="flex items-center gap-1 lg:flex-col lg:items-stretch lg:gap-3">
      <button
        type="button"
        class="btn btn-quiet lg:justify-start lg:border-line"
        aria-label={text.palette.open}
        onClick={() => open.value = true}
      >
        <Icon name="search" />
        <kbd class="hidden font-sans text-xs text-mute lg:ms-auto lg:inline">Ctrl K</kbd>
      </button>
      <div class="flex items-center gap-1">
        <div class="px-1 lg:me-auto lg:px-3">
          <LiveBadge />
        </div>
        <ThemeMenu />
        <form method="post" action="/dashboard/logout">
          <button type="submit" class="btn btn-quiet" aria-label={text.signOut} title={text.signOut}>
            <Icon name="out" />
          </button>
        </form>
      </div>
      <CommandPalette open={open} />
    </div>
  );
}
