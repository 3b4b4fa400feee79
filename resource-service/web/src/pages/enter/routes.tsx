// Log in and register: addresses.
import { lazy } from 'react';
import type { RouteObject } from 'react-router';

const Login = lazy(() => import('./Login'));

export const routes: RouteObject[] = [{ path: '/login', element: <Login /> }];
