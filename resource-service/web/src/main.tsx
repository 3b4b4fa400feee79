// Starts the console.
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

import { createApp } from '@/app/App';
import { browserSession } from '@/session/browser';

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
const session = browserSession();
void session.start();
const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce;
const App = createApp(session, nonce);
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
