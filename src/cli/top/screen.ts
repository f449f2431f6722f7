import { Box, render, Text, useApp, useInput, useWindowSize } from "ink";
import { createElement, useEffect, useState } from "react";
import { redact } from "../../core/mod.ts";
import type { LocalClient } from "../../management/client.ts";
import type { Style } from "../style.ts";
import { longest, type Look, type Panel, PANELS, screenLines } from "./panels.ts";

export interface TopOptions {
  /** Finds the server again, as it may be restarted meanwhile. */
  readonly open: () => Promise<LocalClient>;
  readonly pauseMs: number;
  readonly style: Style;
}

/** Uses the whole screen until q or Ctrl-C, then restores its former content. */
export async function showTop(options: TopOptions): Promise<void> {
  const app = render(createElement(Screen, options), { alternateScreen: true, interactive: true });
  await app.waitUntilExit();
}

function Screen(options: TopOptions) {
  const { columns, rows } = useWindowSize();
  const { look, trouble } = useLooks(options);
  const [panel, choose] = useState<Panel>("Models");
  const [scrolled, scroll] = useState(0);
  const { exit } = useApp();
  useInput((input, key) => {
    if (input === "q" || key.escape) exit();
    if (key.tab) {
      const step = key.shift ? PANELS.length - 1 : 1;
      choose((now) => PANELS[(PANELS.indexOf(now) + step) % PANELS.length]!);
      scroll(0);
    }
    const most = look === undefined ? 0 : longest(look);
    if (key.downArrow) scroll((at) => Math.min(most, at + 1));
    if (key.upArrow) scroll((at) => Math.max(0, at - 1));
  });
  const lines = look === undefined
    ? ["Looking at the server ..."]
    : screenLines(look, { columns, rows: rows - 1 }, panel, scrolled, options.style, Date.now());
  const shown = trouble === undefined ? lines : [options.style.red(trouble), ...lines.slice(0, -1)];
  return createElement(
    Box,
    { flexDirection: "column", height: rows - 1 },
    ...shown.map((line, index) =>
      createElement(Text, { key: index, wrap: "truncate" }, line === "" ? " " : line)
    ),
  );
}

/** Polls the server; after a failure it keeps the last data and adds the error. */
function useLooks({ open, pauseMs }: TopOptions) {
  const [state, set] = useState<{ readonly look?: Look; readonly trouble?: string }>({});
  useEffect(() => {
    let ended = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const turn = async () => {
      try {
        const look = await lookOnce(await open());
        if (!ended) set({ look });
      } catch (cause) {
        const trouble = redact(cause instanceof Error ? cause.message : String(cause));
        if (!ended) set((before) => ({ ...before, trouble }));
      }
      if (!ended) timer = setTimeout(turn, pauseMs);
    };
    void turn();
    return () => {
      ended = true;
      clearTimeout(timer);
    };
  }, []);
  return state;
}

/** Keys that can be scrolled through. */
const MOST_KEYS = 500;

async function lookOnce(client: LocalClient): Promise<Look> {
  const [overview, { items: keys }, { items }] = await Promise.all([
    client.overview(),
    client.keyPage({ limit: MOST_KEYS }),
    client.calls(),
  ]);
  return { overview, keys, calls: items };
}
