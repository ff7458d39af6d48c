import { Alert } from "@mantine/core";
import { useIntl } from "react-intl";

/** One plain sentence about what went wrong; translated where the catalogue knows the code. */
export function ProblemNote({ error }: { error: unknown }) {
  const intl = useIntl();
  if (error === null || error === undefined) return null;
  const { code, detail, faults } = error as { code?: string; detail?: string; faults?: { detail: string }[] };
  const known = code !== undefined && intl.messages[`problem.${code}`] !== undefined;
  const said = known ? intl.formatMessage({ id: `problem.${code}` }) : detail || intl.formatMessage({ id: "problem.unknown" });
  return (
    <Alert color="red" role="alert" variant="light">
      {said}
      {faults !== undefined && faults.length > 0 && <ul>{faults.map((f, n) => <li key={n}>{f.detail}</li>)}</ul>}
    </Alert>
  );
}
