import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from "react";
import "./table.css";

export interface Column<T> {
  key: string;
  head: string;
  /** Whether its name is only for those who hear the page: what is in it explains itself. */
  plain?: boolean;
  cell: (item: T) => ReactNode;
  /** Its share of the width, as CSS grids say it. */
  width?: string;
  /** Figures stand at the end of their column. */
  end?: boolean;
}

interface Props<T> {
  label: string;
  items: T[];
  columns: Column<T>[];
  keyOf: (item: T) => string;
  /** Asked for when the last row comes in sight. */
  onEnd?: () => void;
}

/** A list of any length: only the rows in sight exist, and the page itself scrolls. */
export function Table<T>({ label, items, columns, keyOf, onEnd }: Props<T>) {
  const body = useRef<HTMLDivElement>(null);
  const [above, setAbove] = useState(0);
  useLayoutEffect(() => { setAbove((body.current?.getBoundingClientRect().top ?? 0) + scrollY); }, []);
  const virtual = useWindowVirtualizer({
    count: items.length, estimateSize: () => 45, overscan: 12, scrollMargin: above, getItemKey: (n) => keyOf(items[n] as T),
  });
  const seen = virtual.getVirtualItems();
  const last = seen.at(-1)?.index ?? -1;
  useEffect(() => { if (items.length > 0 && last >= items.length - 1) onEnd?.(); }, [items.length, last, onEnd]);
  const grid = { "--columns": columns.map((c) => c.width ?? (c.end ? "minmax(5rem, auto)" : "minmax(0, 1fr)")).join(" ") } as React.CSSProperties;
  return (
    <div className="table" role="table" aria-label={label} aria-rowcount={items.length + 1} style={grid}>
      <div role="rowgroup">
        <div className="table-row table-head" role="row" aria-rowindex={1}>
          {columns.map((c) => <span key={c.key} role="columnheader" data-end={c.end || undefined}>{c.plain ? <span className="sr">{c.head}</span> : c.head}</span>)}
        </div>
      </div>
      <div className="table-body" role="rowgroup" ref={body} style={{ height: virtual.getTotalSize() }}>
        {seen.map((v) => (
          <div key={v.key} className="table-row" role="row" aria-rowindex={v.index + 2} data-index={v.index} ref={virtual.measureElement}
            style={{ transform: `translateY(${v.start - above}px)` }}>
            {columns.map((c) => <span key={c.key} role="cell" data-name={c.plain ? undefined : c.head} data-end={c.end || undefined}>{c.cell(items[v.index] as T)}</span>)}
          </div>
        ))}
      </div>
    </div>
  );
}
