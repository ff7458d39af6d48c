/** The balance, drawn: the mark of the house. */
export const Mark = ({ size = 26 }: { size?: number }) => (
  <svg aria-hidden width={size} height={size} viewBox="0 0 32 32" fill="none" stroke="var(--accent)"
    strokeWidth={2.2} strokeLinecap="round" strokeLinejoin="round">
    <path d="M16 5v21M10 27h12M5 9l11-2 11 2M5 9l-3 9h6zM27 9l-3 9h6z" />
  </svg>
);
