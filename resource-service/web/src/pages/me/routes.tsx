// The profile of the caller: addresses.
import type { RouteObject } from 'react-router';

import { guarded } from '@/app/Guarded';

export const routes: RouteObject[] = [guarded('/me', () => import('./MePage'))];
