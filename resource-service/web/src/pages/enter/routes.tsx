// Log in and register: addresses.
import { lazy } from 'react';
import type { RouteObject } from 'react-router';

const Login = lazy(() => import('./Login'));
const Register = lazy(() => import('./Register'));

export const routes: RouteObject[] = [
  { path: '/login', element: <Login /> },
  { path: '/register', element: <Register /> },
];
