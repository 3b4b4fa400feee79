// My day: addresses.
import type { RouteObject } from 'react-router';

import { guarded } from '@/app/Guarded';

export const routes: RouteObject[] = [guarded('/', () => import('./DayPage'))];
