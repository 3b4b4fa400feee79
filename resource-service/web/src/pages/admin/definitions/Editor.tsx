// A text editor for JSON. Its styles carry the nonce of the page.
import { json } from '@codemirror/lang-json';
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { basicSetup } from 'codemirror';
import { useEffect, useRef } from 'react';

import { MONO } from '@/app/theme';
import { nonceOfPage } from '@/app/nonce';

import { typeOver } from './typeOver';

const LOOK = EditorView.theme({
  '&': { height: '100%', fontSize: '0.75rem', color: 'var(--t-palette-text-primary)' },
  '.cm-scroller': { fontFamily: MONO, overflow: 'auto' },
  '.cm-gutters': {
    backgroundColor: 'var(--t-palette-background-default)',
    color: 'var(--t-palette-text-secondary)',
    borderColor: 'var(--t-palette-line)',
  },
  '.cm-activeLine, .cm-activeLineGutter': {
    backgroundColor: 'color-mix(in srgb, var(--t-palette-primary-main) 8%, transparent)',
  },
  '.cm-cursor': { borderLeftColor: 'var(--t-palette-text-primary)' },
  '&.cm-focused': { outline: '2px solid var(--t-palette-primary-main)', outlineOffset: '-2px' },
  '.cm-content ::selection': { backgroundColor: 'color-mix(in srgb, var(--t-palette-primary-main) 30%, transparent)' },
});

const COLOURS = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--t-palette-primary-main)' },
  { tag: tags.string, color: 'var(--t-palette-text-primary)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--t-palette-warning-main)' },
  { tag: [tags.separator, tags.bracket], color: 'var(--t-palette-text-secondary)' },
]);

interface Props {
  label: string;
  text: string;
  onChange(text: string): void;
}

export default function Editor({ label, text, onChange }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const latest = useRef({ text, onChange });
  useEffect(() => {
    latest.current = { text, onChange };
  });
  useEffect(() => {
    if (!host.current) return;
    const nonce = nonceOfPage();
    const editor = new EditorView({
      parent: host.current,
      doc: latest.current.text,
      extensions: [
        typeOver,
        basicSetup,
        json(),
        LOOK,
        syntaxHighlighting(COLOURS),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) latest.current.onChange(update.state.doc.toString());
        }),
        ...(nonce === undefined ? [] : [EditorView.cspNonce.of(nonce)]),
      ],
    });
    view.current = editor;
    return () => editor.destroy();
  }, [label]);
  // A text from outside, such as after "Discard changes".
  useEffect(() => {
    const editor = view.current;
    if (editor && editor.state.doc.toString() !== text) {
      editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: text } });
    }
  }, [text]);
  return <div ref={host} style={{ minHeight: 0, minWidth: 0, overflow: 'hidden' }} />;
}
