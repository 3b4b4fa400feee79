import { EditorView } from '@codemirror/view';
import { basicSetup } from 'codemirror';
import { expect, test } from 'vitest';

import { typeOver } from './typeOver';

function typed(text: string, selected: [number, number], data: string) {
  const view = new EditorView({ doc: text, extensions: [typeOver, basicSetup], parent: document.body });
  view.dispatch({ selection: { anchor: selected[0], head: selected[1] } });
  const event = new InputEvent('beforeinput', { inputType: 'insertText', data, cancelable: true, bubbles: true });
  view.contentDOM.dispatchEvent(event);
  const after = { text: view.state.doc.toString(), isDone: event.defaultPrevented };
  view.destroy();
  return after;
}

test('a letter replaces what is selected, and the browser does nothing', () => {
  expect(typed('abc', [0, 3], 'x')).toEqual({ text: 'x', isDone: true });
});

test('a bracket goes around what is selected', () => {
  expect(typed('abc', [0, 3], '(')).toEqual({ text: '(abc)', isDone: true });
});

test('without a selection the browser inserts', () => {
  expect(typed('abc', [1, 1], 'x')).toEqual({ text: 'abc', isDone: false });
});
