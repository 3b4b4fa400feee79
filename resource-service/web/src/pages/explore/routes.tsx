// Statistics of calculations: addresses.
import type { RouteObject } from 'react-router';

import { guarded } from '@/app/Guarded';

export const routes: RouteObject[] = [guarded('/explore', () => import('./Page'), 'calculations:read')];
