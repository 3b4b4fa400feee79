// A formula in TeX as MathML.
import 'temml/dist/Temml-Local.css';

import { useEffect, useRef } from 'react';
import temml from 'temml';

/** Macros expand at most so often: a formula cannot keep the page busy. */
const EXPANSIONS = 300;
/** Largest size in em and in points that a formula can ask for. */
const LARGEST: [number, number] = [4, 50];

export default function Formula({ source, isBlock }: { source: string; isBlock: boolean }) {
  const place = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    const node = place.current;
    if (!node) return;
    try {
      temml.render(source, node, {
        displayMode: isBlock,
        trust: false,
        throwOnError: true,
        maxSize: LARGEST,
        maxExpand: EXPANSIONS,
        annotate: true,
      });
    } catch {
      // What is no formula is shown as it was written.
      node.textContent = isBlock ? `$$${source}$$` : `$${source}$`;
    }
  }, [source, isBlock]);
  return <span ref={place} />;
}
