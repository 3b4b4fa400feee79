// The queue of reviews and its focus mode: addresses.
import type { RouteObject } from 'react-router';

import { guarded } from '@/app/Guarded';

// One route for both, so that the queue stays while the reader goes from one calculation to the next.
export const routes: RouteObject[] = [guarded('/review/:id?', () => import('./ReviewPage'), 'reviews:read')];
