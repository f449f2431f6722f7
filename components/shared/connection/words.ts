/** The heading of the connection card; the first page has no more of it until it is opened. */
export const connectionText = {
  title: "Connect a client",
  note: "any client that takes a base URL",
  elsewhere: "On the page Settings",
} as const;
