import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useEffect, useRef } from "react";

/** A list of any length: only the rows in sight exist; the end of the list asks for more. */
export function Rows<T>({ items, row, onEnd, label }: { items: T[]; row: (item: T) => ReactNode; onEnd?: () => void; label: string }) {
  const box = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({ count: items.length, getScrollElement: () => box.current, estimateSize: () => 52, overscan: 8 });
  const seen = virtual.getVirtualItems();
  const last = seen.at(-1)?.index ?? 0;
  useEffect(() => { if (items.length > 0 && last >= items.length - 1) onEnd?.(); }, [items.length, last, onEnd]);
  return (
    <div className="rows" ref={box} role="list" aria-label={label} tabIndex={0}>
      <div style={{ height: virtual.getTotalSize(), position: "relative" }}>
        {seen.map((v) => (
          <div key={v.key} role="listitem" style={{ position: "absolute", top: v.start, height: 52, width: "100%" }}>
            {row(items[v.index] as T)}
          </div>
        ))}
      </div>
    </div>
  );
}
