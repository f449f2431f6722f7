import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";

const now = signal(Date.now());
let watchers = 0;
let timer: ReturnType<typeof setInterval> | undefined;

function start(): () => void {
  watchers++;
  now.value = Date.now();
  timer ??= setInterval(() => now.value = Date.now(), 1_000);
  return () => {
    if (--watchers > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** The time, to the second; one clock for the whole page. On the server: the time of the rendering. */
export function useNow(): number {
  useEffect(start, []);
  return typeof document === "undefined" ? Date.now() : now.value;
}
