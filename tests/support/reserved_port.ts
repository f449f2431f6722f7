/** Below every platform's range of ports that it hands out by itself: no listener on port 0 and no outgoing connection takes one. */
const FIRST = 20_000;
const COUNT = 10_000;

/**
 * A TCP port of 127.0.0.1 on which nobody listens, and which no other test or benchmark is given until this is disposed. For
 * programs that must be told their port, that come back on the same one, or that are to find nobody there; whatever can
 * listen on port 0 and say where it listens needs none.
 *
 * A port that is only found free and let go of would be given to the next who asks, which happens once in a few runs when
 * files run in parallel. The claim is a UDP socket of the same number: it collides with no TCP listener, is exclusive
 * between processes, and ends with its process.
 */
export class ReservedPort implements Disposable {
  readonly #claim: Deno.DatagramConn;
  readonly port: number;

  constructor() {
    const start = Math.floor(Math.random() * COUNT);
    for (let step = 0; step < COUNT; step++) {
      const port = FIRST + (start + step) % COUNT;
      const claim = claimOf(port);
      if (claim === undefined) continue;
      this.#claim = claim;
      this.port = port;
      return;
    }
    throw new Error(`Every port from ${FIRST} to ${FIRST + COUNT - 1} is taken.`);
  }

  [Symbol.dispose](): void {
    this.#claim.close();
  }
}

function claimOf(port: number): Deno.DatagramConn | undefined {
  const address = { hostname: "127.0.0.1", port };
  let claim: Deno.DatagramConn | undefined;
  try {
    claim = Deno.listenDatagram({ ...address, transport: "udp" });
    Deno.listen(address).close();
    return claim;
  } catch (error) {
    claim?.close();
    if (error instanceof Deno.errors.AddrInUse) return undefined;
    throw error;
  }
}
