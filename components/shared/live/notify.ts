/** Kept in this browser: whether it may say when the state of the proxy gets worse. */
const CHOICE = "geminitro.notify";

export function wantsNotice(): boolean {
  return localStorage.getItem(CHOICE) === "on" && Notification.permission === "granted";
}

/** Switches notices on or off; asks the browser's own question first. False when they stay off. */
export async function chooseNotice(on: boolean): Promise<boolean> {
  const granted = on && await Notification.requestPermission() === "granted";
  localStorage.setItem(CHOICE, granted ? "on" : "off");
  return granted;
}

/** Says it beside the page; several windows say the same once. */
export function notify(title: string, body: string): void {
  if (wantsNotice()) new Notification(title, { body, tag: "geminitro-verdict", icon: "/favicon-bad.svg" });
}
