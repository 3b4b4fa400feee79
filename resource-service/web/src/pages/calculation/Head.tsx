// What a calculation is, at a glance: status with the last heartbeat, code, host, owner, relations, verdicts.
import Box from '@mui/material/Box';
import Chip from '@mui/material/Chip';
import type { ReactNode } from 'react';
import { Link } from 'react-router';

import { isObject, toNumber } from '@/api/json';
import { useScope } from '@/app/services';
import { lifeOf } from '@/calculations/life';
import { useVerdictsOn } from '@/review/queries';
import { standingOf } from '@/review/verdicts';
import { Id } from '@/ui/copy';
import { StatusMark } from '@/ui/status';
import { duration, TimeText, useNow } from '@/ui/time';

import type { Calculation } from '@/calculations/data';

export function Head({ calculation, isPast }: { calculation: Calculation; isPast: boolean }) {
  const { code, method, host, parent, derived_from: derived, _owner, _owner_name: owner } = calculation;
  return (
    <Box sx={{ px: 4, py: 2, display: 'flex', flexWrap: 'wrap', columnGap: 6, rowGap: 1, minWidth: 0 }}>
      <Life calculation={calculation} isPast={isPast} />
      {isObject(code) && (
        <Item name="Code">
          <bdi>{[code.name, code.version].filter((part) => typeof part === 'string').join(' ')}</bdi>
        </Item>
      )}
      {typeof method === 'string' && (
        <Item name="Method">
          <bdi>{method}</bdi>
        </Item>
      )}
      {typeof host === 'string' && (
        <Item name="Host">
          <bdi>{host}</bdi>
        </Item>
      )}
      {_owner && (
        <Item name="Owner">{typeof owner !== 'string' ? <Id id={_owner} /> : <bdi title={_owner}>{owner}</bdi>}</Item>
      )}
      <Item name="Revision">{toNumber(calculation._revision)}</Item>
      <Item name="Id">
        <Id id={calculation._id} />
      </Item>
      {typeof parent === 'string' && (
        <Item name="Part of">
          <CalculationLink id={parent} />
        </Item>
      )}
      {Array.isArray(derived) && derived.length > 0 && (
        <Item name="Derived from">
          {derived.slice(0, 5).map((id) => typeof id === 'string' && <CalculationLink key={id} id={id} />)}
          {derived.length > 5 && `and ${derived.length - 5} more`}
        </Item>
      )}
      <Verdict calculation={calculation} isPast={isPast} />
      <Marks calculation={calculation} />
    </Box>
  );
}

function Item({ name, children }: { name: string; children: ReactNode }) {
  return (
    <Box sx={{ minWidth: 0, overflowWrap: 'anywhere' }}>
      <Box component="span" sx={{ color: 'text.secondary' }}>
        {name}{' '}
      </Box>
      {children}
    </Box>
  );
}

function CalculationLink({ id }: { id: string }) {
  return (
    <Box component="span" sx={{ mr: 2 }}>
      <Link to={`/calculations/${encodeURIComponent(id)}`}>
        <code>…{id.slice(-8)}</code>
      </Link>
    </Box>
  );
}

function Life({ calculation, isPast }: { calculation: Calculation; isPast: boolean }) {
  const now = useNow();
  const { at, silentFor } = lifeOf(calculation, now);
  const isRunning = calculation.status === 'running' && !isPast;
  return (
    <Box>
      <StatusMark status={calculation.status} />
      {isRunning && silentFor !== undefined ? (
        <StatusMark status="silent" word={`silent for ${duration(silentFor)}`} sx={{ ml: 2 }} />
      ) : (
        <Box component="span" sx={{ color: 'text.secondary', ml: 1 }}>
          {isRunning ? 'last heartbeat ' : 'changed '}
          <TimeText at={isRunning ? at : calculation._updated_at} />
        </Box>
      )}
    </Box>
  );
}

interface HeadProps {
  calculation: Calculation;
  isPast: boolean;
}

function Verdict(props: HeadProps) {
  const mayRead = useScope('reviews:read');
  return mayRead ? <VerdictText {...props} /> : null;
}

function VerdictText({ calculation, isPast }: HeadProps) {
  const { data, isPending } = useVerdictsOn(calculation, isPast);
  // Its place is kept, so that nothing below moves when the verdicts come.
  if (isPending) return <Item name="Review">…</Item>;
  if (!data) return null;
  const { count, detail } = standingOf(data, calculation._owner);
  return (
    <Item name="Review">
      {count}
      {detail !== '' && `: ${detail}`}
    </Item>
  );
}

/** Tags and labels: each leads to the calculations that have it too. */
function Marks({ calculation: { tags, labels } }: { calculation: Calculation }) {
  const tagged = Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : [];
  const labelled = isObject(labels) ? Object.entries(labels) : [];
  if (tagged.length + labelled.length === 0) return null;
  return (
    <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 1, flexBasis: '100%', minWidth: 0 }}>
      {tagged.slice(0, MOST).map((tag) => (
        <Mark key={`t${tag}`} text={tag} query={{ tags: tag }} />
      ))}
      {tagged.length > MOST && <span>and {(tagged.length - MOST).toLocaleString('en')} more tags</span>}
      {labelled.map(([name, value]) => (
        <Mark key={`l${name}`} text={`${name}: ${String(value)}`} query={{ [`labels.${name}`]: String(value) }} />
      ))}
    </Box>
  );
}

/** Tags that are listed; a calculation may have very many. */
const MOST = 30;

function Mark({ text, query }: { text: string; query: Record<string, string> }) {
  return (
    <Chip
      size="small"
      variant="outlined"
      clickable
      component={Link}
      to={`/calculations?${new URLSearchParams(query).toString()}`}
      label={<bdi>{text}</bdi>}
      title={text}
      sx={{ maxWidth: 280, borderRadius: 1 }}
    />
  );
}
