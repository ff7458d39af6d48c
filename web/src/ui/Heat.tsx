import type { CSSProperties } from "react";
import "./plots.css";

interface Props {
  label: string;
  /** What a row and a column stand for, said in the corner. */
  corner: string;
  names: string[];
  called: (name: string) => string;
  count: (row: string, column: string) => number;
  tell: (count: number) => string;
}

/** A table of counts by two classes, coloured by their share of the row. */
export function Heat({ label, corner, names, called, count, tell }: Props) {
  return (
    // Wide ones are scrolled; by keyboard too.
    <div className="heat" role="group" aria-label={label} tabIndex={0}>
      <table>
        <thead><tr><th scope="col" className="muted">{corner}</th>{names.map((c) => <th key={c} scope="col">{called(c)}</th>)}</tr></thead>
        <tbody>
          {names.map((row) => {
            const sum = Math.max(names.reduce((total, c) => total + count(row, c), 0), 1e-9);
            return (
              <tr key={row}>
                <th scope="row">{called(row)}</th>
                {names.map((column) => (
                  <td key={column} data-right={row === column || undefined} style={{ "--share": count(row, column) / sum } as CSSProperties}>{tell(count(row, column))}</td>))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
