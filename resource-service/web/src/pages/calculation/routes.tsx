// One calculation: addresses.
import type { RouteObject } from 'react-router';

import { guarded } from '@/app/Guarded';

export const routes: RouteObject[] = [guarded('/calculations/:id', () => import('./Calculation'), 'calculations:read')];
