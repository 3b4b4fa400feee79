// How the console looks: one accent, state colours, a 4 px grid, 32 px rows, tabular figures. Light and dark.
import { createTheme } from '@mui/material/styles';

declare module '@mui/material/styles' {
  interface Palette {
    /** Colours of series in plots, told apart also by people who see few colours. */
    series: string[];
    /** The lines between rows and panes. */
    line: string;
    /** The background of what is chosen or under the pointer. */
    raised: string;
  }
  interface PaletteOptions {
    series?: string[];
    line?: string;
    raised?: string;
  }
}

/** Height of a row of a table in pixels. */
export const ROW = 32;

const SYSTEM = 'system-ui, -apple-system, "Segoe UI", "Liberation Sans", Roboto, "DejaVu Sans", sans-serif';
export const MONO = 'ui-monospace, SFMono-Regular, "Liberation Mono", "DejaVu Sans Mono", Menlo, monospace';

const light = {
  primary: { main: '#0b6587' },
  success: { main: '#1b6e3c' },
  warning: { main: '#8a5300' },
  error: { main: '#b3261e' },
  info: { main: '#4b5a66' },
  background: { default: '#ffffff', paper: '#ffffff' },
  text: { primary: '#16202a', secondary: '#4b5a66' },
  divider: '#d5dce2',
  line: '#d5dce2',
  raised: '#eef3f6',
  series: [
    '#0b6587',
    '#b3561c',
    '#5b4fa8',
    '#2f7d4f',
    '#a3316f',
    '#7a6a00',
    '#3d5a80',
    '#8c3b3b',
    '#4d7c8a',
    '#6b4e2e',
  ],
};

const dark = {
  primary: { main: '#62c0e3' },
  success: { main: '#6fcf97' },
  warning: { main: '#e9b35b' },
  error: { main: '#ff8a80' },
  info: { main: '#a8b5c0' },
  background: { default: '#12181e', paper: '#171f26' },
  text: { primary: '#e6edf3', secondary: '#a8b5c0' },
  divider: '#2c3742',
  line: '#2c3742',
  raised: '#1f2933',
  series: [
    '#62c0e3',
    '#f0a35e',
    '#b3a6f2',
    '#7fd6a0',
    '#f08cc0',
    '#d8c65a',
    '#9db8e0',
    '#e59a9a',
    '#8fc7d4',
    '#c9a57f',
  ],
};

const OUTLINE = '2px solid var(--t-palette-primary-main)';
/** Buttons have no ripple to show the focus, and MUI takes their outline away. Inside, where no frame cuts it off. */
const FOCUS = { '&.Mui-focusVisible, &:focus-visible': { outline: OUTLINE, outlineOffset: -2 } };

export const theme = createTheme({
  cssVariables: { colorSchemeSelector: 'class', cssVarPrefix: 't' },
  colorSchemes: { light: { palette: light }, dark: { palette: dark } },
  spacing: 4,
  shape: { borderRadius: 4 },
  typography: {
    fontFamily: SYSTEM,
    fontSize: 13,
    htmlFontSize: 16,
    body1: { fontSize: '0.8125rem', lineHeight: 1.5 },
    body2: { fontSize: '0.75rem', lineHeight: 1.4 },
    h1: { fontSize: '1.25rem', fontWeight: 600, lineHeight: 1.3 },
    h2: { fontSize: '0.9375rem', fontWeight: 600, lineHeight: 1.4 },
    h3: { fontSize: '0.8125rem', fontWeight: 600, lineHeight: 1.4 },
    button: { textTransform: 'none', fontWeight: 500 },
  },
  transitions: { create: () => 'none' },
  components: {
    // The buttons of a notice stay on one line, below its text where there is no room beside it.
    MuiAlert: {
      styleOverrides: {
        root: { flexWrap: 'wrap' },
        message: { flex: '1 1 160px', minWidth: 0, overflowWrap: 'anywhere' },
        action: { whiteSpace: 'nowrap' },
      },
    },
    MuiButtonBase: { defaultProps: { disableRipple: true }, styleOverrides: { root: FOCUS } },
    MuiButton: { defaultProps: { size: 'small', disableElevation: true } },
    MuiIconButton: { defaultProps: { size: 'small' } },
    MuiTextField: { defaultProps: { size: 'small', fullWidth: true } },
    MuiSelect: { defaultProps: { size: 'small' } },
    MuiCheckbox: { defaultProps: { size: 'small' } },
    MuiPaper: {
      defaultProps: { elevation: 0, variant: 'outlined' },
      styleOverrides: { root: { backgroundImage: 'none' } },
    },
    MuiMenuItem: { styleOverrides: { root: FOCUS } },
    MuiTab: { styleOverrides: { root: { minHeight: 36, padding: '6px 12px' } } },
    MuiTabs: { styleOverrides: { root: { minHeight: 36 } } },
    MuiTooltip: { defaultProps: { enterDelay: 400 } },
    MuiCssBaseline: {
      styleOverrides: {
        body: { fontVariantNumeric: 'lining-nums tabular-nums' },
        'code, pre, kbd': { fontFamily: MONO, fontSize: '0.75rem' },
        a: { color: 'var(--t-palette-primary-main)' },
        ':focus-visible': { outline: OUTLINE, outlineOffset: 1 },
        '@media (prefers-reduced-motion: reduce)': {
          '*': { animation: 'none !important', transition: 'none !important' },
        },
      },
    },
  },
});
