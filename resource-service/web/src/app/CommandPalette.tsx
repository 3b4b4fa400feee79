// Ctrl+K: finds pages, actions of this page, and objects by id or words.
import Box from '@mui/material/Box';
import Dialog from '@mui/material/Dialog';
import { useQuery } from '@tanstack/react-query';
import { Command } from 'cmdk';
import { useDeferredValue, useState } from 'react';
import { useNavigate } from 'react-router';

import { ADMINISTRATION, offered, PERSONAL, SCIENCE } from './areas';
import { keyNames, useAllShortcuts } from './keys';
import { addressOf, useFinder, type Finding, type Found } from './finder';
import { useIdentity } from './services';

const item = {
  display: 'flex',
  gap: 3,
  px: 3,
  minHeight: 32,
  alignItems: 'center',
  cursor: 'pointer',
  borderRadius: 1,
  '&[data-selected="true"]': { bgcolor: 'raised' },
} as const;

export default function CommandPalette({ onClose }: { onClose: () => void }) {
  const { scopes } = useIdentity();
  const navigate = useNavigate();
  const [text, setText] = useState('');
  const deferred = useDeferredValue(text.trim());
  const find = useFinder();
  const found = useQuery({
    queryKey: ['find', deferred],
    queryFn: ({ signal }) => find(deferred, signal),
    enabled: deferred.length >= 2,
  });
  const objects = found.data?.items ?? [];
  const areas = [...offered(SCIENCE, scopes), PERSONAL, ...offered(ADMINISTRATION, scopes)];
  const groups = useAllShortcuts().filter((group) => group.title !== 'Go to');

  const go = (address: string) => {
    onClose();
    void navigate(address);
  };
  const act = (run: () => void) => {
    onClose();
    run();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      fullWidth
      maxWidth="sm"
      aria-label="Find"
      slotProps={{ paper: { sx: { alignSelf: 'flex-start', mt: { xs: 4, sm: 24 } } } }}
    >
      <Command label="Find pages, objects and actions" loop>
        <Box
          component={Command.Input}
          autoFocus
          value={text}
          onValueChange={setText}
          placeholder="Find a page, a calculation, an id, an action"
          sx={{
            width: '100%',
            boxSizing: 'border-box',
            border: 0,
            borderBottom: 1,
            borderColor: 'divider',
            p: 4,
            font: 'inherit',
            fontSize: '0.9375rem',
            bgcolor: 'transparent',
            color: 'inherit',
            outline: 'none',
          }}
        />
        <Box
          component={Command.List}
          sx={{
            maxHeight: '60vh',
            overflow: 'auto',
            p: 2,
            '& [cmdk-group-heading]': { px: 3, py: 2, color: 'text.secondary', fontSize: '0.75rem' },
          }}
        >
          {/* The list counts only what it matches itself, not the objects that the server found. */}
          {objects.length === 0 && (
            <Command.Empty>
              <Box sx={{ p: 3, color: 'text.secondary' }}>{found.isFetching ? 'Searching' : 'Nothing found'}</Box>
            </Command.Empty>
          )}
          {objects.length > 0 && (
            <Command.Group heading="Objects" forceMount>
              {objects.map((one) => (
                <Object key={`${one.kind} ${one.id}`} found={one} text={text} go={go} />
              ))}
            </Command.Group>
          )}
          <Command.Group heading="Pages">
            {areas.map((area) => (
              <Box
                component={Command.Item}
                key={area.path}
                value={`page ${area.title}`}
                keywords={(area.words ?? '').split(' ')}
                onSelect={() => go(area.path)}
                sx={item}
              >
                <Box sx={{ flex: 1 }}>{area.title}</Box>
                <Keys keys={area.keys} />
              </Box>
            ))}
          </Command.Group>
          {groups.map((group) => (
            <Command.Group key={group.title} heading={group.title}>
              {group.shortcuts.map((shortcut) => (
                <Box
                  component={Command.Item}
                  key={shortcut.keys}
                  value={`action ${shortcut.label}`}
                  onSelect={() => act(shortcut.run)}
                  sx={item}
                >
                  <Box sx={{ flex: 1 }}>{shortcut.label}</Box>
                  <Keys keys={shortcut.keys} />
                </Box>
              ))}
            </Command.Group>
          ))}
        </Box>
        {found.data && <NotSearched finding={found.data} />}
      </Command>
    </Dialog>
  );
}

/** What the search did not look at, so that nothing found is not taken for nothing there. */
function NotSearched({ finding: { limited, isCut } }: { finding: Finding }) {
  const lines = limited.map(
    ({ collection, documents }) =>
      `Only the latest ${documents.toLocaleString('en')} documents of ${collection} were searched.`,
  );
  if (isCut) lines.push('There may be more objects than these. Type more of the word to narrow the search.');
  return (
    <Box role="status" sx={{ px: 4, py: lines.length > 0 ? 2 : 0, color: 'text.secondary', typography: 'body2' }}>
      {lines.map((line) => (
        <Box key={line}>{line}</Box>
      ))}
    </Box>
  );
}

function Object({ found, text, go }: { found: Found; text: string; go: (address: string) => void }) {
  return (
    // What was found matches by itself, whatever the list thinks of the words.
    <Box
      component={Command.Item}
      forceMount
      value={`object ${found.kind} ${found.id}`}
      keywords={[text]}
      onSelect={() => go(addressOf(found))}
      sx={item}
    >
      <Box sx={{ flex: 1, minWidth: 0, overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' }}>
        {found.title}
      </Box>
      <Box sx={{ color: 'text.secondary', whiteSpace: 'nowrap' }}>{found.detail}</Box>
    </Box>
  );
}

function Keys({ keys }: { keys: string }) {
  return (
    <Box component="span" sx={{ color: 'text.secondary', whiteSpace: 'nowrap' }}>
      {keyNames(keys).map((key) => (
        <Box component="kbd" key={key} sx={{ ml: 1 }}>
          {key}
        </Box>
      ))}
    </Box>
  );
}
