/** A message's id, made from the request's, so that stream and reply agree. */
export function messageId(requestId: string): string {
  return `msg_${bare(requestId)}`;
}

/** The start of the ids of Google's own tool calls in this message. */
export function serverToolId(requestId: string): string {
  return `srvtoolu_${bare(requestId)}_`;
}

function bare(requestId: string): string {
  return requestId.replace(/^req_/, "").replace(/[^A-Za-z0-9_-]/g, "");
}
