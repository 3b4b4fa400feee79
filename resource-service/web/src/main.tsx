// Starts the console.
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

import { createApp } from '@/app/App';
import { nonceOfPage } from '@/app/nonce';
import { browserSession } from '@/session/browser';

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
const session = browserSession();
void session.start();
const nonce = nonceOfPage();
const App = createApp(session, nonce);
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
