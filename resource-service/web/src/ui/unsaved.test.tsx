// What was typed is not thrown away without a question.
import { act, cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { createMemoryRouter, Outlet, RouterProvider } from 'react-router';
import { afterEach, expect, it, vi } from 'vitest';

import TextField from '@mui/material/TextField';

import { FormDialog } from './form';
import { UnsavedProvider, useUnsaved } from './unsaved';

afterEach(cleanup);

const QUESTION = 'Discard what you typed?';

function Editor({ isDirty, close }: { isDirty: boolean; close: () => void }) {
  const { leave, setSaving } = useUnsaved(isDirty);
  return (
    <>
      <button onClick={() => leave(close)}>Cancel</button>
      <button onClick={() => setSaving(true)}>Save</button>
    </>
  );
}

function show(isDirty: boolean) {
  const close = vi.fn();
  const frame = () => (
    <UnsavedProvider>
      <Outlet />
    </UnsavedProvider>
  );
  const router = createMemoryRouter(
    [
      {
        Component: frame,
        children: [
          { path: '/', element: <p>home</p> },
          { path: '/edit', element: <Editor isDirty={isDirty} close={close} /> },
        ],
      },
    ],
    { initialEntries: ['/', '/edit'] },
  );
  render(<RouterProvider router={router} />);
  return { router, close };
}

it('asks before an editor is closed', async () => {
  const { close } = show(true);
  fireEvent.click(screen.getByText('Cancel'));
  await screen.findByText(QUESTION);
  fireEvent.click(screen.getByText('Continue editing'));
  await waitFor(() => expect(screen.queryByText(QUESTION)).toBeNull());
  expect(close).not.toHaveBeenCalled();
  fireEvent.click(screen.getByText('Cancel'));
  fireEvent.click(await screen.findByText('Discard'));
  expect(close).toHaveBeenCalledOnce();
});

it('asks before another page, and leaves once that is meant', async () => {
  const { router } = show(true);
  await act(() => router.navigate(-1));
  await screen.findByText(QUESTION);
  fireEvent.click(screen.getByText('Continue editing'));
  await waitFor(() => expect(screen.queryByText(QUESTION)).toBeNull());
  expect(router.state.location.pathname).toBe('/edit');
  await act(() => router.navigate('/'));
  fireEvent.click(await screen.findByText('Discard'));
  await screen.findByText('home');
});

it('asks the browser too before the tab is closed', () => {
  show(true);
  const event = new Event('beforeunload', { cancelable: true });
  window.dispatchEvent(event);
  expect(event.defaultPrevented).toBe(true);
});

it('asks nothing where nothing was typed, or where it is saved', async () => {
  const { router, close } = show(false);
  fireEvent.click(screen.getByText('Cancel'));
  expect(close).toHaveBeenCalledOnce();
  const event = new Event('beforeunload', { cancelable: true });
  window.dispatchEvent(event);
  expect(event.defaultPrevented).toBe(false);
  await act(() => router.navigate('/'));
  await screen.findByText('home');
  cleanup();
  const saved = show(true);
  fireEvent.click(screen.getByText('Save'));
  await act(() => saved.router.navigate('/'));
  await screen.findByText('home');
});

it('lets a page replace its own parameters', async () => {
  const { router } = show(true);
  await act(() => router.navigate('/edit?tab=a', { replace: true }));
  expect(router.state.location.search).toBe('?tab=a');
  expect(screen.queryByText(QUESTION)).toBeNull();
});

it('asks in the dialog of a form, on Cancel and on Escape', async () => {
  const close = vi.fn();
  const element = (
    <UnsavedProvider>
      <FormDialog<{ name: string }>
        title="New"
        action="Make"
        values={{ name: '' }}
        submit={() => Promise.resolve()}
        onClose={close}
      >
        {({ register }) => <TextField label="Name" {...register('name')} />}
      </FormDialog>
    </UnsavedProvider>
  );
  render(<RouterProvider router={createMemoryRouter([{ path: '/', element }])} />);
  fireEvent.change(screen.getByLabelText('Name'), { target: { value: 'x' } });
  fireEvent.keyDown(screen.getByLabelText('Name'), { key: 'Escape' });
  await screen.findByText(QUESTION);
  fireEvent.click(screen.getByText('Continue editing'));
  await waitFor(() => expect(screen.queryByText(QUESTION)).toBeNull());
  fireEvent.click(screen.getByText('Cancel'));
  await screen.findByText(QUESTION);
  expect(close).not.toHaveBeenCalled();
});
