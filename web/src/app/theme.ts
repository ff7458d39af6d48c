import { createTheme } from "@mantine/core";

const serif = '"Iowan Old Style", "Palatino Linotype", Palatino, "URW Palladio L", "Book Antiqua", Georgia, serif';

export const theme = createTheme({
  primaryColor: "bronze",
  primaryShade: { light: 7, dark: 4 },
  autoContrast: true,
  colors: {
    bronze: ["#eef7f5", "#d8ece8", "#afd8d0", "#83c4b8", "#5fb3a4", "#3f9c8c", "#258272", "#0f6a5d", "#0b564b", "#063f37"],
    dark: ["#d5d9d8", "#b4bab8", "#8f9795", "#69716f", "#3f4745", "#303735", "#232927", "#191e1d", "#131716", "#0d100f"],
  },
  fontFamily: 'ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif',
  headings: { fontFamily: serif, fontWeight: "600" },
  defaultRadius: "sm",
  cursorType: "pointer",
  focusRing: "auto",
});
