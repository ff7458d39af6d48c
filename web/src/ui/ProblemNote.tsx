import { Alert } from "@mantine/core";
import { useMemo } from "react";
import { useIntl } from "react-intl";
import { useSaid } from "@/kit/say";

interface Told { code?: string; detail?: string; faults?: Flawed[] }
interface Flawed { code: string; detail: string; pointer?: string }

/** A fault's sentence. The server's own is English and exact; another language has one for each code. */
export function useTell(): (fault: Flawed | undefined) => string | undefined {
  const { locale } = useIntl();
  const said = useSaid();
  return useMemo(() => (fault) => fault && ((locale === "en" && fault.detail) || said(`fault.${fault.code}`) || fault.detail), [locale, said]);
}

/** One plain sentence about what went wrong, and each fault that no field shows. */
export function ProblemNote({ error, hide = false }: { error: unknown; hide?: boolean }) {
  const said = useSaid();
  const tell = useTell();
  if (hide || error === null || error === undefined) return null;
  const { code, detail, faults = [] } = error as Told;
  return (
    <Alert color="red" role="alert" variant="light" py="xs" px="md">
      {(code && said(`problem.${code}`)) || detail || said("problem.unknown")}
      {faults.length > 0 && <ul>{faults.map((f, n) => <li key={n}>{tell(f)}</li>)}</ul>}
    </Alert>
  );
}
