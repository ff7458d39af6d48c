/** Records by id, changed by diffs that carry an origin; undo and redo replay diffs, never copies of the world. */
export type Records<T> = Readonly<Record<string, T>>;
export interface Diff<T> { added: Records<T>; updated: Readonly<Record<string, readonly [T, T]>>; removed: Records<T> }
export type Origin = "local" | "load";

export const reverse = <T>(diff: Diff<T>): Diff<T> => ({
  added: diff.removed,
  removed: diff.added,
  updated: Object.fromEntries(Object.entries(diff.updated).map(([id, [from, to]]) => [id, [to, from] as const])),
});

function applied<T>(records: Records<T>, diff: Diff<T>): Records<T> {
  const next: Record<string, T> = {};
  for (const [id, record] of Object.entries(records)) if (!(id in diff.removed)) next[id] = diff.updated[id]?.[1] ?? record;
  return { ...next, ...diff.added };
}

export interface RecordStore<T> {
  read: () => Records<T>;
  listen: (heard: () => void) => () => void;
  apply: (diff: Partial<Diff<T>>, origin: Origin) => void;
  put: (id: string, record: T) => void;
  remove: (id: string) => void;
  undo: () => void;
  redo: () => void;
}

export function recordStore<T>(start: Records<T> = {}): RecordStore<T> {
  let records = start;
  let past: Diff<T>[] = [];
  let future: Diff<T>[] = [];
  const heard = new Set<() => void>();
  const move = (diff: Diff<T>) => {
    records = applied(records, diff);
    for (const hear of heard) hear();
  };
  const store: RecordStore<T> = {
    read: () => records,
    listen: (hear) => { heard.add(hear); return () => heard.delete(hear); },
    apply: (part, origin) => {
      const diff = { added: {}, updated: {}, removed: {}, ...part };
      if (origin === "local") { past = [...past, diff]; future = []; }
      move(diff);
    },
    put: (id, record) => {
      const from = records[id];
      store.apply(from === undefined ? { added: { [id]: record } } : { updated: { [id]: [from, record] } }, "local");
    },
    remove: (id) => {
      const gone = records[id];
      if (gone !== undefined) store.apply({ removed: { [id]: gone } }, "local");
    },
    undo: () => {
      const last = past.at(-1);
      if (last === undefined) return;
      past = past.slice(0, -1);
      future = [...future, last];
      move(reverse(last));
    },
    redo: () => {
      const last = future.at(-1);
      if (last === undefined) return;
      future = future.slice(0, -1);
      past = [...past, last];
      move(last);
    },
  };
  return store;
}
