// Renders the application.
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

import type { Session } from '@/session';

import { createApp } from './App';
import { loadPage } from './lazyPage';
import { nonceOfPage } from './nonce';
import { routes } from './routes';

export async function start(session: Session): Promise<void> {
  const root = document.getElementById('root');
  if (!root) throw new Error('index.html has no #root');
  await loadPage(routes, window.location.pathname);
  const App = createApp(session, nonceOfPage());
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
