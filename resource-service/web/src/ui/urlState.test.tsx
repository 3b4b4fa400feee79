import { act, cleanup, render, screen } from '@testing-library/react';
import { createMemoryRouter, Outlet, RouterProvider } from 'react-router';
import { afterEach, expect, test } from 'vitest';

import { useListParam, useSearch, useSetParams, type ChangeSearch } from './urlState';

afterEach(cleanup);

type SetParams = ReturnType<typeof useSetParams>;

/** A page that shows its address, and the functions that its first render got: a handler may hold older ones than the page has. */
function open(address = '/plots?tab=plots') {
  const seen: { set?: SetParams; change?: ChangeSearch; list?: ReturnType<typeof useListParam>[1] } = {};
  const Shown = () => {
    const [search, change] = useSearch();
    const set = useSetParams();
    const [, list] = useListParam('metrics');
    Object.assign(seen, { set, change, list });
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

test('two entries that are added to a list at once are both in it, and the last one that is removed leaves no parameter', async () => {
  const { router, first } = open('/plots?metrics=a');
  const add = (name: string) => first.list((before) => [...before, name]);
  await act(async () => {
    add('b,c');
    add('d');
    await Promise.resolve();
  });
  expect(router.state.location.search).toBe('?metrics=a%2Cb%252Cc%2Cd');
  await act(async () => {
    first.list((before) => before.filter((one) => one !== 'a' && one !== 'd'));
    first.list((before) => before.filter((one) => one !== 'b,c'));
    await Promise.resolve();
  });
  expect(router.state.location.search).toBe('');
});

test('a change that a blocker stopped is no part of the next one', async () => {
  const { router, first } = open();
  router.getBlocker('test', () => true);
  await act(async () => {
    first.set({ filter: 'a' }, { push: true });
    await Promise.resolve();
  });
  expect(shown()).toBe('tab=plots');
  router.deleteBlocker('test');
  await act(async () => {
    first.set({ show: 'table' });
    await Promise.resolve();
  });
  expect(shown()).toBe('tab=plots&show=table');
});
