// Starts the console. The session is refreshed while the application is still being loaded.
import { browserSession } from '@/session/browser';

const session = browserSession();
void session.start();
void import('@/app/start').then(({ start }) => start(session));
