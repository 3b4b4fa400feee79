// The page map, put together from the addresses of each area.
import type { RouteObject } from 'react-router';

import { routes as admin } from '@/pages/admin/routes';
import { routes as calculation } from '@/pages/calculation/routes';
import { routes as calculations } from '@/pages/calculations/routes';
import { routes as collections } from '@/pages/collections/routes';
import { routes as compare } from '@/pages/compare/routes';
import { routes as day } from '@/pages/day/routes';
import { routes as enter } from '@/pages/enter/routes';
import { routes as explore } from '@/pages/explore/routes';
import { routes as me } from '@/pages/me/routes';
import { routes as review } from '@/pages/review/routes';

import { Boundary } from './Boundary';
import { Layout } from './Layout';
import { NotFound } from './NotFound';

export const routes: RouteObject[] = [
  { errorElement: <Boundary />, children: enter },
  {
    element: <Layout />,
    errorElement: <Boundary />,
    children: [
      {
        // The frame stays when a page fails.
        errorElement: <Boundary />,
        children: [
          ...day,
          ...calculations,
          ...calculation,
          ...compare,
          ...review,
          ...explore,
          ...collections,
          ...me,
          ...admin,
          { path: '*', element: <NotFound /> },
        ],
      },
    ],
  },
];
