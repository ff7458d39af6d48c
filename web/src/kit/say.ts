import { useMemo } from "react";
import { useIntl } from "react-intl";
import type { MessageKey } from "./messages/en";

export type Values = Record<string, string | number>;
export type Say<Key extends string = MessageKey> = (key: Key, values?: Values) => string;

/** Says a sentence of the catalogue in the person's language; a kind of work names its own keys. */
export function useSay<Key extends string = MessageKey>(): Say<Key> {
  const intl = useIntl();
  return useMemo(() => (key, values) => intl.formatMessage({ id: key }, values), [intl]);
}

/** What the catalogue says under a key that may not be there. */
export function useSaid(): (key: string, values?: Values) => string | undefined {
  const intl = useIntl();
  return useMemo(() => (key, values) => (intl.messages[key] === undefined ? undefined : intl.formatMessage({ id: key }, values)), [intl]);
}
