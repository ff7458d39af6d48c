import { useIntl } from "react-intl";
import type { MessageKey } from "./messages/en";

export type Say = (key: MessageKey, values?: Record<string, string | number>) => string;

/** Says a sentence of the catalogue in the person's language. */
export function useSay(): Say {
  const intl = useIntl();
  return (key, values) => intl.formatMessage({ id: key }, values);
}
