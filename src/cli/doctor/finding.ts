/** The result of one check. */
export interface Finding {
  readonly name: string;
  readonly state: "good" | "odd" | "wrong";
  readonly message: string;
  /** What to do; set unless the check passed. */
  readonly advice?: string;
}

export function good(name: string, message: string): Finding {
  return { name, state: "good", message };
}

export function odd(name: string, message: string, advice: string): Finding {
  return { name, state: "odd", message, advice };
}

export function wrong(name: string, message: string, advice: string): Finding {
  return { name, state: "wrong", message, advice };
}
