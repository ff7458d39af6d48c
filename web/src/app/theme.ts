import { type CSSVariablesResolver, createTheme } from "@mantine/core";

/** Verdigris: the green of old bronze scales. */
const verdigris = ["#eef7f5", "#d8ece8", "#afd8d0", "#83c4b8", "#5fb3a4", "#3f9c8c", "#258272", "#0f6a5d", "#0b564b", "#063f37"] as const;
const dark = ["#e3e8e6", "#b9c2be", "#9aa5a1", "#66716d", "#3c4643", "#2a3230", "#1f2624", "#171d1b", "#101513", "#0b0f0e"] as const;

export const theme = createTheme({
  primaryColor: "verdigris",
  primaryShade: { light: 7, dark: 4 },
  autoContrast: true,
  luminanceThreshold: 0.34,
  colors: { verdigris, dark },
  fontFamily: '"Inter Variable", "Inter Fallback", ui-sans-serif, system-ui, sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", "Cascadia Mono", Menlo, "DejaVu Sans Mono", monospace',
  fontSizes: { xs: "0.75rem", sm: "0.84375rem", md: "0.9375rem", lg: "1.0625rem", xl: "1.3125rem" },
  lineHeights: { xs: "1.4", sm: "1.45", md: "1.5", lg: "1.5", xl: "1.35" },
  headings: {
    fontFamily: '"Inter Variable", "Inter Fallback", ui-sans-serif, system-ui, sans-serif',
    fontWeight: "600",
    sizes: {
      h1: { fontSize: "1.75rem", lineHeight: "1.2", fontWeight: "500" },
      h2: { fontSize: "1.0625rem", lineHeight: "1.35" },
      h3: { fontSize: "0.9375rem", lineHeight: "1.4" },
    },
  },
  radius: { xs: "3px", sm: "5px", md: "7px", lg: "10px", xl: "16px" },
  defaultRadius: "md",
  cursorType: "pointer",
  focusRing: "auto",
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { size: "sm", fw: 550 } },
    Modal: { defaultProps: { centered: true, radius: "lg", overlayProps: { backgroundOpacity: 0.35 } } },
    NumberInput: { defaultProps: { hideControls: true } },
    Progress: { defaultProps: { radius: "xl" } },
    Tooltip: { defaultProps: { openDelay: 400, events: { hover: true, focus: true, touch: false } } },
  },
});

/** The colours of the house; every pair of text and ground has a contrast of at least 4.5, every border of a field 3. */
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--paper": "#f7f6f3", "--sheet": "#ffffff", "--sunk": "#f0efea", "--ink": "#1b2220", "--soft": "#59635f",
    "--line": "#e4e2db", "--field": "#8b918d", "--accent": "#0f6a5d", "--accent-wash": "#e6f2ef", "--alarm": "#a8321f",
    "--mantine-color-body": "#ffffff", "--mantine-color-text": "#1b2220", "--mantine-color-dimmed": "#59635f",
    "--mantine-color-default-border": "#8b918d", "--mantine-color-default-hover": "#f3f2ee", "--mantine-color-error": "#a8321f",
    "--mantine-color-placeholder": "#6b7571", "--mantine-color-anchor": "#0f6a5d",
  },
  dark: {
    "--paper": "#101513", "--sheet": "#171d1b", "--sunk": "#0b0f0e", "--ink": "#e3e8e6", "--soft": "#9aa5a1",
    "--line": "#2a3230", "--field": "#66716d", "--accent": "#5fb3a4", "--accent-wash": "#16302b", "--alarm": "#f08a76",
    "--mantine-color-body": "#171d1b", "--mantine-color-text": "#e3e8e6", "--mantine-color-dimmed": "#9aa5a1",
    "--mantine-color-default": "#1f2624", "--mantine-color-default-border": "#66716d", "--mantine-color-default-hover": "#2a3230",
    "--mantine-color-error": "#f08a76", "--mantine-color-placeholder": "#8b9692", "--mantine-color-anchor": "#83c4b8",
  },
});
