// Log in and register: addresses.
import type { RouteObject } from 'react-router';

import { lazyPage, type Load } from '@/app/lazyPage';

const open = (path: string, load: Load): RouteObject => {
  const { Page, handle } = lazyPage(load);
  return { path, handle, element: <Page /> };
};

export const routes: RouteObject[] = [
  open('/login', () => import('./Login')),
  open('/register', () => import('./Register')),
];
