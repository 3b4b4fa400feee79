// Typing over a selection, done by the editor. The browser would keep the look of what it replaces in `style` attributes, which the
// policy of the page refuses.
import { EditorView } from '@codemirror/view';

/** Needs to come before the other handlers of the editor. */
export const typeOver = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { main, ranges } = view.state.selection;
    const { data } = event;
    if (event.inputType !== 'insertText' || data === null || event.isComposing) return false;
    if (ranges.every(({ empty }) => empty)) return false;
    const insert = () =>
      view.state.update(view.state.replaceSelection(data), { userEvent: 'input.type', scrollIntoView: true });
    // A bracket goes around the selection.
    const isDone = view.state
      .facet(EditorView.inputHandler)
      .some((handle) => handle(view, main.from, main.to, data, insert));
    if (!isDone) view.dispatch(insert());
    return true;
  },
});
