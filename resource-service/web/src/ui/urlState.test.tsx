import { act, cleanup, render, screen } from '@testing-library/react';
import { createMemoryRouter, Outlet, RouterProvider } from 'react-router';
import { afterEach, expect, test } from 'vitest';

import { useSearch, useSetParams, type ChangeSearch } from './urlState';

afterEach(cleanup);

type SetParams = ReturnType<typeof useSetParams>;

/** A page whose changes of the address are asked for from outside; what it shows is the address as it was rendered. */
function open(address = '/plots?tab=plots') {
  const seen: { set?: SetParams; change?: ChangeSearch } = {};
  const Shown = () => {
    const [search, change] = useSearch();
    const set = useSetParams();
    Object.assign(seen, { set, change });
    return <output>{search.toString()}</output>;
  };
  const router = createMemoryRouter(
    [
      { path: '/plots', Component: Shown },
      { path: '/other', element: <Outlet /> },
    ],
    { initialEntries: [address] },
  );
  render(<RouterProvider router={router} />);
  return { router, first: { ...seen } as Required<typeof seen> };
}

const shown = () => screen.getByRole('status').textContent;

test('changes that follow each other before the page shows the first are all kept', async () => {
  const { router, first } = open();
  await act(async () => {
    first.set({ from: '600', to: '700' });
    first.set({ show: 'table' });
    await Promise.resolve();
    // What a handler holds that was made before the address changed.
    first.set({ from: null });
    await Promise.resolve();
  });
  expect(router.state.location.search).toBe('?tab=plots&to=700&show=table');
  expect(shown()).toBe('tab=plots&to=700&show=table');
});

test('an entry that was pushed is kept when a replacement follows it', async () => {
  const { router, first } = open();
  await act(async () => {
    first.set({ filter: 'a' }, { push: true });
    first.set({ sort: 'b' });
    await Promise.resolve();
  });
  expect(shown()).toBe('tab=plots&filter=a&sort=b');
  await act(() => router.navigate(-1));
  expect(shown()).toBe('tab=plots');
});

test('a page that is being left does not change the address of the next one', async () => {
  const { router, first } = open();
  await act(async () => {
    await router.navigate('/other?x=1');
    first.set({ from: '600' });
    await Promise.resolve();
  });
  expect(router.state.location.pathname + router.state.location.search).toBe('/other?x=1');
});

test('what Back undid is not repeated by the next change', async () => {
  const { router, first } = open();
  await act(async () => {
    first.set({ filter: 'a' }, { push: true });
    await Promise.resolve();
  });
  await act(() => router.navigate(-1));
  await act(async () => {
    first.set({ show: 'table' });
    await Promise.resolve();
  });
  expect(shown()).toBe('tab=plots&show=table');
});
