/** Records by id, changed by diffs; undo and redo replay diffs, never copies of the world. */
export type Records<T> = Readonly<Record<string, T>>;
export interface Diff<T> { added: Records<T>; updated: Readonly<Record<string, readonly [T, T]>>; removed: Records<T> }

export const reverse = <T>(diff: Diff<T>): Diff<T> => ({
  added: diff.removed,
  removed: diff.added,
  updated: Object.fromEntries(Object.entries(diff.updated).map(([id, [from, to]]) => [id, [to, from] as const])),
});

export interface RecordStore<T> {
  read: () => Records<T>;
  listen: (heard: () => void) => () => void;
  /** Steps with the same `gesture` in a row are one to undo, until the gesture ends. */
  put: (id: string, record: T, gesture?: string) => void;
  remove: (id: string) => void;
  endGesture: () => void;
  undo: () => void;
  redo: () => void;
  can: () => { undo: boolean; redo: boolean };
}

export function recordStore<T>(start: Records<T> = {}): RecordStore<T> {
  let records = start;
  let past: Diff<T>[] = [];
  let future: Diff<T>[] = [];
  let gesture: string | undefined;
  // A record that comes back stands where it stood: numbers on the screen do not jump.
  const births = new Map(Object.keys(start).map((id, n) => [id, n]));
  let can = { undo: false, redo: false };
  const heard = new Set<() => void>();

  function move(diff: Diff<T>): void {
    const next: Record<string, T> = {};
    for (const [id, record] of Object.entries(records)) if (!(id in diff.removed)) next[id] = diff.updated[id]?.[1] ?? record;
    for (const [id, record] of Object.entries(diff.added)) {
      if (!births.has(id)) births.set(id, births.size);
      next[id] = record;
    }
    const back = Object.keys(diff.added).length > 0;
    records = back ? Object.fromEntries(Object.entries(next).sort(([a], [b]) => (births.get(a) ?? 0) - (births.get(b) ?? 0))) : next;
    can = { undo: past.length > 0, redo: future.length > 0 };
    for (const hear of heard) hear();
  }
  function step(part: Partial<Diff<T>>): void {
    past = [...past, { added: {}, updated: {}, removed: {}, ...part }];
    future = [];
    move(past.at(-1) as Diff<T>);
  }
  return {
    read: () => records,
    can: () => can,
    listen: (hear) => { heard.add(hear); return () => heard.delete(hear); },
    put: (id, record, named) => {
      const from = records[id];
      const before = past.at(-1)?.updated[id];
      if (from === undefined) step({ added: { [id]: record } });
      else if (named !== undefined && named === gesture && before !== undefined) {
        past = [...past.slice(0, -1), { added: {}, removed: {}, updated: { [id]: [before[0], record] } }];
        move({ added: {}, removed: {}, updated: { [id]: [from, record] } });
      } else step({ updated: { [id]: [from, record] } });
      gesture = named;
    },
    remove: (id) => {
      const gone = records[id];
      gesture = undefined;
      if (gone !== undefined) step({ removed: { [id]: gone } });
    },
    endGesture: () => { gesture = undefined; },
    undo: () => {
      const last = past.at(-1);
      gesture = undefined;
      if (last === undefined) return;
      past = past.slice(0, -1);
      future = [...future, last];
      move(reverse(last));
    },
    redo: () => {
      const last = future.at(-1);
      gesture = undefined;
      if (last === undefined) return;
      future = future.slice(0, -1);
      past = [...past, last];
      move(last);
    },
  };
}
