import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import type { Fault } from "@/api/problem";
import type { JsonObject } from "@/api/types";
import { recordStore } from "@/editor/store";
import { type Placed, fromAnswer, toAnswer } from "./boxes";

interface Noted { faults: Record<string, Fault[]>; general: Fault[]; of: Readonly<Record<string, Placed>> }

/** Which fault belongs to which box: by its place in the answer as it was handed in. */
function noted(flaws: readonly Fault[], boxes: Readonly<Record<string, Placed>>): Noted {
  const ids = Object.keys(boxes);
  const faults: Record<string, Fault[]> = {};
  const general: Fault[] = [];
  for (const flaw of flaws) {
    const id = ids[Number(flaw.pointer.match(/objects\/(\d+)/)?.[1] ?? -1)];
    if (id === undefined) general.push(flaw);
    else (faults[id] ??= []).push(flaw);
  }
  return { faults, general, of: boxes };
}

/** The boxes of one task with their history, the one that is chosen, and what is wrong with each. */
export function useBoxes(answer: JsonObject | null, flaws: readonly Fault[], onChange: (answer: JsonObject) => void) {
  const [store] = useState(() => recordStore<Placed>(fromAnswer(answer)));
  const boxes = useSyncExternalStore(store.listen, store.read);
  const can = useSyncExternalStore(store.listen, store.can);
  const [chosen, setChosen] = useState<{ id: string; fresh: boolean } | null>(null);
  const selected = chosen !== null && chosen.id in boxes ? chosen.id : null;

  const told = useRef(onChange);
  useEffect(() => { told.current = onChange; });
  useEffect(() => store.listen(() => told.current(toAnswer(store.read()))), [store]);

  const wrong = useMemo(() => noted(flaws, store.read()), [flaws, store]);
  // A box that was changed since is not called wrong any more.
  const faults = useMemo(
    () => Object.fromEntries(Object.entries(wrong.faults).filter(([id]) => boxes[id] === wrong.of[id])), [boxes, wrong]);
  const first = Object.keys(wrong.faults)[0];
  useEffect(() => { if (first !== undefined) setChosen({ id: first, fresh: false }); }, [first]);

  const select = useCallback((id: string | null) => setChosen(id === null ? null : { id, fresh: false }), []);
  const add = useCallback((placed: Placed, fresh: boolean) => {
    const id = crypto.randomUUID();
    store.put(id, placed);
    setChosen({ id, fresh });
  }, [store]);
  const cycle = useCallback((by: 1 | -1): boolean => {
    const ids = Object.keys(store.read());
    const at = selected === null ? (by === 1 ? -1 : ids.length) : ids.indexOf(selected);
    const id = ids[at + by];
    setChosen(id === undefined ? null : { id, fresh: false });
    return id !== undefined;
  }, [selected, store]);
  return { store, boxes, can, selected, fresh: chosen?.fresh ?? false, faults, general: wrong.general, select, add, cycle };
}
