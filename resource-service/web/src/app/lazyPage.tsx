// Pages whose code is loaded when their address is opened.
import { lazy, type ComponentType } from 'react';
import { matchRoutes, type RouteObject } from 'react-router';

export type Load = () => Promise<{ default: ComponentType }>;

/** What a route keeps beside its element. */
interface Handle {
  load(): Promise<void>;
}

/**
 * A page, and the handle of its route. A page that was loaded through the handle is rendered at once: a fallback, once shown, stays for
 * 300 ms in React 19.
 */
export function lazyPage(load: Load): { Page: ComponentType; handle: Handle } {
  let Loaded: ComponentType | undefined;
  const Later = lazy(load);
  return {
    Page: () => (Loaded ? <Loaded /> : <Later />),
    handle: {
      load: async () => {
        Loaded = (await load()).default;
      },
    },
  };
}

/** Loads the page of an address. One that cannot be loaded says so when it is rendered. */
export async function loadPage(routes: RouteObject[], path: string): Promise<void> {
  const handles = (matchRoutes(routes, path) ?? []).map(({ route }) => route.handle as Handle | undefined);
  await Promise.allSettled(handles.map((handle) => handle?.load()));
}
