import { useMemo } from "react";
import { useIntl } from "react-intl";

export interface Format {
  number: (value: number, digits?: number) => string;
  percent: (share: number | null, digits?: number) => string;
  money: (price: { micros: number; currency: string }) => string;
  hourly: (price: { micros: number; currency: string }, minutes: number) => string;
  /** How long a task takes: seconds below two minutes. */
  duration: (minutes: number) => string;
  seconds: (value: number) => string;
  bytes: (value: number) => string;
  date: (iso: string) => string;
  moment: (iso: string) => string;
}

export const NOTHING = "–";
/** What an hour brings at this price and pace, in millionths. */
export const hourlyMicros = (micros: number, minutes: number): number => Math.round((micros * 60) / minutes);

/** Figures, money and dates as the person's language writes them. */
export function useFormat(): Format {
  const intl = useIntl();
  return useMemo(() => {
    const number = (value: number, digits = 0) => intl.formatNumber(value, { maximumFractionDigits: digits });
    const unit = (value: number, name: "second" | "minute" | "megabyte" | "kilobyte", digits: number) =>
      intl.formatNumber(value, { style: "unit", unit: name, unitDisplay: "short", maximumFractionDigits: digits });
    // Small prices keep up to four decimals: half a cent is a price.
    const money: Format["money"] = ({ micros, currency }) =>
      intl.formatNumber(micros / 1e6, { style: "currency", currency, minimumFractionDigits: 2, maximumFractionDigits: 4 });
    return {
      number, money,
      percent: (share, digits = 0) => (share === null ? NOTHING : intl.formatNumber(share, { style: "percent", maximumFractionDigits: digits })),
      hourly: ({ micros, currency }, minutes) =>
        intl.formatNumber(hourlyMicros(micros, minutes) / 1e6, { style: "currency", currency, minimumFractionDigits: 2, maximumFractionDigits: 2 }),
      duration: (minutes) => (minutes < 2 ? unit(minutes * 60, "second", 0) : unit(minutes, "minute", 1)),
      seconds: (value) => unit(value, "second", value < 10 ? 1 : 0),
      bytes: (value) => (value < 1e6 ? unit(Math.max(value, 0) / 1e3, "kilobyte", 1) : unit(value / 1e6, "megabyte", 1)),
      date: (iso) => intl.formatDate(iso, { dateStyle: "medium" }),
      moment: (iso) => intl.formatDate(iso, { dateStyle: "medium", timeStyle: "short" }),
    };
  }, [intl]);
}
