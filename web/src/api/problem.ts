/** Problem documents (RFC 9457) as an error with its faults by field. */
export interface Fault { pointer: string; code: string; detail: string }

export class Problem extends Error {
  constructor(readonly status: number, readonly code: string, readonly detail: string, readonly faults: Fault[]) {
    super(detail);
  }
}

const text = (value: unknown, otherwise: string): string => (typeof value === "string" ? value : otherwise);

const fault = (value: unknown): Fault => {
  const given = (value ?? {}) as Record<string, unknown>;
  return { pointer: text(given["pointer"], ""), code: text(given["code"], ""), detail: text(given["detail"], "") };
};

export function problemOf(status: number, body: unknown): Problem {
  const given = (typeof body === "object" && body !== null ? body : {}) as Record<string, unknown>;
  const errors = Array.isArray(given["errors"]) ? given["errors"].map(fault) : [];
  return new Problem(status, text(given["code"], `http-${status}`), text(given["detail"], text(given["title"], "")), errors);
}

/** The first fault of each field: `#/price/micros` belongs to `price` unless the form has `price/micros`. */
export function byField(error: unknown, fields: readonly string[]): Record<string, Fault> {
  const found: Record<string, Fault> = {};
  for (const fault of error instanceof Problem ? error.faults : []) {
    const path = fault.pointer.replace(/^#?\/?/, "");
    const field = fields.filter((name) => path === name || path.startsWith(`${name}/`)).sort((a, b) => b.length - a.length)[0];
    if (field !== undefined && found[field] === undefined) found[field] = fault;
  }
  return found;
}
