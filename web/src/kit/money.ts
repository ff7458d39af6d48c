import type { IntlShape } from "react-intl";

/** Micros (millionths of a unit) as money; small prices keep up to four decimals. */
export const money = (intl: IntlShape, micros: number, currency: string): string =>
  intl.formatNumber(micros / 1e6, { style: "currency", currency, minimumFractionDigits: 2, maximumFractionDigits: 4 });

export const hourly = (micros: number, minutes: number): number => Math.round((micros * 60) / minutes);
