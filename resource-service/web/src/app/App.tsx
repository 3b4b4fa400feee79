// The application: theme, providers, routes.
import createCache from '@emotion/cache';
import { CacheProvider } from '@emotion/react';
import CssBaseline from '@mui/material/CssBaseline';
import { ThemeProvider } from '@mui/material/styles';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { Suspense, type ReactNode } from 'react';
import { createBrowserRouter, Outlet, RouterProvider } from 'react-router';

import { ProblemError } from '@/api/problem';
import { browserStream } from '@/providers/stream';
import type { Session } from '@/session';
import { Loading } from '@/ui/states';
import { ToastsProvider } from '@/ui/toasts';

import { KeysProvider } from './keys';
import { LiveProvider } from './live';
import { OtherUser } from './OtherUser';
import { PreferencesProvider } from './preferences';
import { routes } from './routes';
import { ServicesProvider } from './services';
import { theme } from './theme';

/** How often a request that may succeed later is sent again by itself. */
const RETRIES = 2;

const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      retry: (count, error) => count < RETRIES && error instanceof ProblemError && error.isPassing,
      retryDelay: (count, error) =>
        (error instanceof ProblemError && error.retryAfter !== undefined ? error.retryAfter : 2 ** count * 0.5) * 1000,
    },
  },
});

/** `nonce` is that of the response's policy: styles made at run time carry it. */
export function createApp(session: Session, nonce: string | undefined) {
  const cache = createCache({ key: 't', ...(nonce !== undefined && { nonce }) });
  const stream = browserStream(session);
  const root = () => (
    <ServicesProvider session={session}>
      <LiveProvider stream={stream}>
        <Providers>
          <OtherUser />
          <Suspense fallback={<Loading />}>
            <Outlet />
          </Suspense>
        </Providers>
      </LiveProvider>
    </ServicesProvider>
  );
  const router = createBrowserRouter([{ Component: root, children: routes }]);
  return function App() {
    return (
      <CacheProvider value={cache}>
        <ThemeProvider theme={theme} defaultMode="system">
          <CssBaseline enableColorScheme />
          <RouterProvider router={router} />
        </ThemeProvider>
      </CacheProvider>
    );
  };
}

function Providers({ children }: { children: ReactNode }) {
  return (
    <QueryClientProvider client={queryClient}>
      <PreferencesProvider>
        <KeysProvider>
          <ToastsProvider>{children}</ToastsProvider>
        </KeysProvider>
      </PreferencesProvider>
    </QueryClientProvider>
  );
}
