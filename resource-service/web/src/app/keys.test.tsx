// Which key presses run a shortcut.
import { cleanup, fireEvent, render } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';

import { keyNames, KeysProvider, useShortcuts } from './keys';
import { PreferencesProvider } from './preferences';

afterEach(cleanup);

function show() {
  const act = vi.fn();
  const move = vi.fn();
  function Page() {
    useShortcuts('Test', [
      { keys: 'a', label: 'Approve', run: act },
      { keys: 'j', label: 'Next', repeats: true, run: move },
      { keys: 'g c', label: 'Go', run: act },
    ]);
    return null;
  }
  render(
    <PreferencesProvider>
      <KeysProvider>
        <Page />
      </KeysProvider>
    </PreferencesProvider>,
  );
  return { act, move };
}

it('acts once while a key is held, and moves on and on', () => {
  const { act, move } = show();
  for (const repeat of [false, true, true]) {
    fireEvent.keyDown(document.body, { key: 'a', repeat });
    fireEvent.keyDown(document.body, { key: 'j', repeat });
  }
  expect(act).toHaveBeenCalledOnce();
  expect(move).toHaveBeenCalledTimes(3);
});

it.each(['dialog', 'alertdialog', 'listbox', 'menu'])('does nothing under an open %s', (role) => {
  const { act } = show();
  const open = document.createElement('div');
  open.setAttribute('role', role);
  document.body.append(open);
  fireEvent.keyDown(document.body, { key: 'a' });
  expect(act).not.toHaveBeenCalled();
  open.remove();
  fireEvent.keyDown(document.body, { key: 'a' });
  expect(act).toHaveBeenCalledOnce();
});

it('prints a chord as it is on the keys', () => {
  expect(['mod+k', 'g c', 'j', '?', 'R', 'Enter'].map(keyNames)).toEqual([
    ['Ctrl+K'],
    ['g', 'c'],
    ['j'],
    ['?'],
    ['R'],
    ['Enter'],
  ]);
});
