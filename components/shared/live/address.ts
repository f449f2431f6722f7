import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

function addressWith(name: string, value: string): string {
  const params = new URLSearchParams(location.search);
  if (value === "") params.delete(name);
  else params.set(name, value);
  const query = params.toString();
  return `${location.pathname}${query === "" ? "" : `?${query}`}${location.hash}`;
}

/** Puts a filter into the address in place, so that a reload and a link keep it; empty takes it out. */
export function keepInAddress(name: string, value: string): void {
  history.replaceState(history.state, "", addressWith(name, value));
}

export interface Opened {
  /** The open item; empty for none. */
  readonly value: string;
  open(value: string): void;
  /** Opens another in place of this one, without a further entry of the history. */
  replace(value: string): void;
  close(): void;
}

/** The open item of a page, as `name` in the address: it can be linked to, and the browser's Back closes it. */
export function useOpened(name: string, initial: string): Opened {
  const opened = useSignal(initial);
  useEffect(() => {
    const read = () => opened.value = new URLSearchParams(location.search).get(name) ?? "";
    addEventListener("popstate", read);
    return () => removeEventListener("popstate", read);
  }, []);
  const close = () => {
    if (opened.peek() === "") return;
    opened.value = "";
    if (history.state?.opened === name) history.back();
    else keepInAddress(name, "");
  };
  return {
    value: opened.value,
    open(value) {
      history.pushState({ opened: name }, "", addressWith(name, value));
      opened.value = value;
    },
    replace(value) {
      keepInAddress(name, value);
      opened.value = value;
    },
    close,
  };
}
