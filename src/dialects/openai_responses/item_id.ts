/** The response's id, made from the request's, so that stream, reply and the stored copy agree. */
export function responseId(requestId: string): string {
  return `resp_${bare(requestId)}`;
}

/** An output item's id: it names its response, so that an item reference finds it again. */
export function itemId(kind: string, requestId: string, index: number): string {
  return `${kind}_${bare(requestId)}_${index}`;
}

/** The response that an item id belongs to; undefined when it was not made here. */
export function responseOfItem(id: string): string | undefined {
  const match = /^[a-z]+_([A-Za-z0-9]+)_\d+(?:-|$)/.exec(id);
  return match === null ? undefined : `resp_${match[1]}`;
}

function bare(requestId: string): string {
  return requestId.replace(/^req_/, "").replace(/[^A-Za-z0-9]/g, "");
}
