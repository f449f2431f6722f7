/** Says whether a database is at work, so that a clock of tests stands still meanwhile. */
export class CountedKv {
  /** The database itself, every operation of which is counted. */
  readonly kv: Deno.Kv;
  #busy = 0;

  constructor(kv: Deno.Kv) {
    this.kv = new Proxy(kv, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== "function") return member;
        return (...given: readonly unknown[]) => this.#counted(Reflect.apply(member, target, given));
      },
    });
  }

  /** Operations under way. */
  get busy(): number {
    return this.#busy;
  }

  #counted(result: unknown): unknown {
    if (result instanceof Promise) return this.#until(result);
    if (result instanceof Deno.AtomicOperation) return this.#over(result, "commit");
    if (result instanceof Deno.KvListIterator) return this.#over(result, "next");
    return result;
  }

  /** Counts one method of an object that the database gave. */
  #over<Given extends object>(given: Given, name: keyof Given): Given {
    const method = given[name] as (...args: readonly unknown[]) => Promise<unknown>;
    return Object.defineProperty(given, name, {
      value: (...args: readonly unknown[]) => this.#until(Reflect.apply(method, given, args)),
    });
  }

  async #until<Value>(work: Promise<Value>): Promise<Value> {
    this.#busy++;
    try {
      return await work;
    } finally {
      this.#busy--;
    }
  }
}
