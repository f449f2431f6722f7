import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import type { KeyActivity } from "../../src/management/contract.ts";
import { keepInAddress } from "../shared/live/address.ts";
import { api } from "../shared/live/browser_api.ts";
import { type Resource, useResource } from "../shared/live/resource.ts";
import { type KeysQuery, type KeysView, readKeys } from "../shared/keys/read_keys.ts";

/** Delay after the last key stroke before the server is asked. */
const TYPING_MS = 250;
const ACTIVITY_MS = 30_000;

export interface KeyList {
  readonly query: Signal<KeysQuery>;
  readonly view: Resource<KeysView>;
  /** Narrows or orders the list, or turns its page; kept in the address. Whatever but the page begins again at the first. */
  change(part: Partial<KeysQuery>, soon?: boolean): void;
}

/** A page of keys that follows what is asked for and what happens. */
export function useKeyList(initial: KeysView, asked: KeysQuery): KeyList {
  const query = useSignal(asked);
  // The latest request counts, not the latest reply.
  const load = async (): Promise<KeysView> => {
    for (;;) {
      const wanted = query.peek();
      const found = await readKeys(api, wanted);
      if (query.peek() === wanted) return found;
    }
  };
  const view = useResource(initial, load, ["stats_update", "pool_update"], 3_000);
  const typing = useMemo(() => ({ timer: undefined as ReturnType<typeof setTimeout> | undefined }), []);
  const change = (part: Partial<KeysQuery>, soon = false) => {
    query.value = { ...query.value, cursor: "", ...part };
    for (const [name, value] of Object.entries(query.value)) keepInAddress(name, value);
    clearTimeout(typing.timer);
    if (soon) typing.timer = setTimeout(view.refresh, TYPING_MS);
    else void view.refresh();
  };
  return { query, view, change };
}

export type Activity = KeyActivity["items"][number];

/** The last 24 hours and the day of the shown keys, one request for all; empty until it came. */
export function useActivity(ids: readonly string[]): ReadonlyMap<string, Activity> {
  const known = useSignal<ReadonlyMap<string, Activity>>(new Map());
  const asked = ids.join();
  useEffect(() => {
    if (asked === "") return;
    let ended = false;
    const read = async () => {
      // Bars that are a little old are better than none: the next reading comes.
      const found = await api.keyActivity({ ids: asked }).catch(() => undefined);
      if (found && !ended) known.value = new Map(found.items.map((one) => [one.id, one]));
    };
    void read();
    const timer = setInterval(() => document.hidden || void read(), ACTIVITY_MS);
    return () => {
      ended = true;
      clearInterval(timer);
    };
  }, [asked]);
  return known.value;
}
