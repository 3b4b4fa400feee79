// Two values of calculations against one another. Dragging a rectangle makes a filter; arrow keys go from point to point.
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useNavigate } from 'react-router';

import { asStored, toNumber, type JsonObject } from '@/api/json';
import { useApi } from '@/app/services';
import { titleOf } from '@/table-page/fields';
import type { Condition } from '@/table-page/filter';
import { readerOf } from '@/table-page/reader';
import { fieldsFor } from '@/table-page/request';
import { countRows, readPage } from '@/table-page/useRows';
import { Answer, Empty } from '@/ui/states';

import { conditionsOfBrush } from './statistics';
import { ScatterCanvas, type Point } from './ScatterCanvas';

interface ScatterProps {
  x: string;
  y: string;
  conditions: URLSearchParams;
  onBrush(parts: readonly Condition[]): void;
}

/** The most points that are drawn, and how many are read at a time. */
const MOST = 10_000;
const PAGE = 1000;

export default function Scatter({ x, y, conditions, onBrush }: ScatterProps) {
  const api = useApi();
  const navigate = useNavigate();
  const text = conditions.toString();
  const [at, setAt] = useState<number | null>(null);
  const query = useQuery({
    queryKey: ['scatter', x, y, text],
    queryFn: async ({ signal }) => {
      const rows: JsonObject[] = [];
      const search = new URLSearchParams(text);
      search.append(`${x}[exists]`, 'true');
      search.append(`${y}[exists]`, 'true');
      const total = await countRows(api, 'calculations', search, signal);
      search.set('fields', fieldsFor(['name', x, y]) ?? 'name');
      search.set('limit', String(PAGE));
      for (let next: string | null = ''; next !== null && rows.length < MOST;) {
        if (next) search.set('after', next);
        const page = await readPage(api, 'calculations', search, signal);
        rows.push(...page.items);
        next = page.next;
      }
      return { rows: rows.slice(0, MOST), total };
    },
  });
  const { points, left } = useMemo(() => pointsOf(query.data?.rows ?? [], x, y), [query.data, x, y]);
  const current = at === null ? undefined : points[at];
  const open = () => current && void navigate(`/calculations/${encodeURIComponent(current.id)}`);
  return (
    <Answer query={query}>
      {({ rows, total }) =>
        points.length === 0 ? (
          <Empty title="No calculation has a finite number in both fields">
            {left > 0 && `${left} with NaN or an infinity, or with a value that is no number.`}
          </Empty>
        ) : (
          <Box>
            <ScatterCanvas
              points={points}
              labels={[titleOf(x), titleOf(y)]}
              at={at}
              onAt={setAt}
              onOpen={open}
              onBrush={(area) => onBrush(conditionsOfBrush(x, y, area))}
            />
            <Box role="status" sx={{ minHeight: 32, display: 'flex', flexWrap: 'wrap', gap: 2, alignItems: 'center' }}>
              {current ? (
                <>
                  <Button
                    onClick={open}
                    sx={{ maxWidth: 360, overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' }}
                  >
                    {current.name}
                  </Button>
                  {titleOf(x)} {current.texts[0]}, {titleOf(y)} {current.texts[1]}
                </>
              ) : (
                <Box component="span" sx={{ color: 'text.secondary' }}>
                  Drag a rectangle to filter; arrow keys go from point to point, Enter opens the calculation.
                </Box>
              )}
            </Box>
            <Box sx={{ color: 'text.secondary' }}>
              {points.length.toLocaleString('en')} {points.length === 1 ? 'point' : 'points'}
              {rows.length < total.count &&
                `, of the first ${rows.length.toLocaleString('en')} of ${total.count.toLocaleString('en')} calculations`}
              {left > 0 && `; ${left.toLocaleString('en')} not drawn (NaN, infinity or no number)`}
            </Box>
          </Box>
        )
      }
    </Answer>
  );
}

function pointsOf(rows: readonly JsonObject[], x: string, y: string): { points: Point[]; left: number } {
  const [readX, readY] = [readerOf(x), readerOf(y)];
  const points: Point[] = [];
  for (const row of rows) {
    const [a, b] = [readX(row), readY(row)];
    const [across, up] = [toNumber(a), toNumber(b)];
    if (across === undefined || up === undefined || !Number.isFinite(across) || !Number.isFinite(up)) continue;
    points.push({
      x: across,
      y: up,
      id: asStored(row._id),
      name: asStored(row.name),
      texts: [asStored(a), asStored(b)],
    });
  }
  return { points: points.toSorted((a, b) => a.x - b.x || a.y - b.y), left: rows.length - points.length };
}
