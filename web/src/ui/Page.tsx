import { Title } from "@mantine/core";
import type { ReactNode } from "react";
import { useTitle } from "@/kit/title";

/** A page's head: its name, what it is about, and what can be done. */
export function PageHead({ title, within, lead, children }: { title: string; within?: string | undefined; lead?: ReactNode; children?: ReactNode }) {
  useTitle(title, within);
  return (
    <div className="page-head">
      <div>
        <Title order={1}>{title}</Title>
        {lead && <div className="muted">{lead}</div>}
      </div>
      {children}
    </div>
  );
}

export function Empty({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return <div className="empty"><strong>{title}</strong>{children}{action && <div className="empty-action">{action}</div>}</div>;
}

export function Figures({ items }: { items: [name: string, value: ReactNode][] }) {
  return <dl className="figures">{items.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>;
}

export type Tone = "good" | "busy" | "bad" | "calm";
export const State = ({ tone, children }: { tone: Tone; children: ReactNode }) => <span className="state" data-tone={tone}>{children}</span>;
