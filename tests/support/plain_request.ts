import { request as plain } from "node:http";
import { request as secure } from "node:https";

export interface PlainRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  /** Authority that a TLS server's certificate is checked by. */
  readonly ca?: string | undefined;
}

/** A request with the very headers that are given, Host too, which fetch writes itself. Redirects are not followed. */
export function plainRequest(
  url: string,
  { method = "GET", headers = {}, body, ca }: PlainRequest = {},
): Promise<Response> {
  const { hostname, port, protocol, pathname, search } = new URL(url);
  const { promise, resolve, reject } = Promise.withResolvers<Response>();
  const options = {
    host: hostname.replace(/^\[|\]$/g, ""),
    port,
    path: pathname + search,
    method,
    headers,
    agent: false,
  };
  const named = headers["host"]?.replace(/:\d+$/, "") ?? hostname;
  const send = protocol === "https:" ? secure : plain;
  const sent = send({ ...options, ...(ca === undefined ? {} : { ca, servername: named }) }, (reply) => {
    const pieces: Uint8Array<ArrayBuffer>[] = [];
    reply.on("data", (piece: Uint8Array<ArrayBuffer>) => pieces.push(new Uint8Array(piece)));
    reply.on("error", reject);
    reply.on("end", () => {
      const all = new Headers();
      for (let at = 0; at < reply.rawHeaders.length; at += 2) {
        all.append(reply.rawHeaders[at] ?? "", reply.rawHeaders[at + 1] ?? "");
      }
      const status = reply.statusCode ?? 0;
      resolve(
        new Response(status === 204 || status === 304 ? null : new Blob(pieces), { status, headers: all }),
      );
    });
  });
  sent.on("error", reject);
  sent.end(body);
  return promise;
}
