// The files of a calculation as folders, with sizes, download and a bounded look into each.
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import { useInfiniteQuery } from '@tanstack/react-query';
import { lazy, Suspense, useMemo, useState } from 'react';

import { toNumber } from '@/api/json';
import { useApi } from '@/app/services';
import { treeOf, type FileEntry, type Folder } from '@/calculations/files';
import { bytes } from '@/ui/bytes';
import { Answer, Empty, Loading } from '@/ui/states';
import { TimeText } from '@/ui/time';
import { useParam } from '@/ui/urlState';

import type { Calculation } from '@/calculations/data';

const FilePreview = lazy(() => import('./FilePreview'));

interface FilesPage {
  items: FileEntry[];
  next: string | null;
  total_bytes?: number;
}

/** Entries of a folder that are listed before the reader asks for more. */
const LISTED = 200;

function useFiles(id: string) {
  const api = useApi();
  const query = useInfiniteQuery({
    queryKey: ['calculations', id, 'files'],
    queryFn: async ({ signal, pageParam }) => {
      const page = await api.get<string>('/api/calculations/{id}/artifacts', {
        path: { id },
        query: { after: pageParam },
        signal,
      });
      const { items, next } = page as unknown as FilesPage;
      return { next, items: items.map((item) => ({ ...item, size: toNumber(item.size) ?? 0 })) };
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
  });
  const data = useMemo(() => query.data?.pages.flatMap(({ items }) => items), [query.data]);
  return { ...query, data };
}

export function Files({ calculation }: { calculation: Calculation }) {
  const query = useFiles(calculation._id);
  const [chosen, setChosen] = useParam('file');
  const [sought, setSought] = useState('');
  return (
    <Answer query={query}>
      {(files) => {
        if (files.length === 0) {
          return (
            <Empty title="No files">
              <code>PUT /api/calculations/{calculation._id}/artifacts/NAME</code> attaches one.
            </Empty>
          );
        }
        const file = files.find(({ name }) => name === chosen);
        const fitting = files.filter(({ name }) => name.toLowerCase().includes(sought.toLowerCase()));
        return (
          <Box sx={{ display: 'flex', flexWrap: 'wrap', alignItems: 'flex-start', gap: 4, p: 4 }}>
            <Box component="nav" aria-label="Files" sx={{ flex: '1 1 300px', maxWidth: { md: 440 }, minWidth: 0 }}>
              {files.length > 20 && (
                <TextField
                  label="Find a file"
                  value={sought}
                  onChange={(event) => setSought(event.target.value)}
                  sx={{ mb: 2 }}
                />
              )}
              <FolderView
                key={sought}
                folder={treeOf(fitting)}
                isOpen={sought !== '' || files.length <= 50}
                chosen={chosen}
                choose={(name) => setChosen(name, { push: true })}
              />
              {fitting.length === 0 && <Box sx={{ color: 'text.secondary' }}>No file name contains this.</Box>}
              {query.hasNextPage && (
                <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                  Show more files
                </Button>
              )}
            </Box>
            <Box sx={{ flex: '2 1 400px', minWidth: 0 }}>
              {file ? (
                <Suspense fallback={<Loading />}>
                  <FilePreview key={file.name} calculation={calculation._id} file={file} />
                </Suspense>
              ) : (
                <Box sx={{ color: 'text.secondary' }}>
                  {chosen === '' ? 'Choose a file to see its content.' : `There is no file ${chosen}.`}
                </Box>
              )}
            </Box>
          </Box>
        );
      }}
    </Answer>
  );
}

interface FolderProps {
  folder: Folder;
  isOpen: boolean;
  chosen: string;
  choose(name: string): void;
}

function FolderView({ folder, isOpen, chosen, choose }: FolderProps) {
  const [all, setAll] = useState(false);
  const shown = all ? folder.files : folder.files.slice(0, LISTED);
  return (
    <Box component="ul" sx={{ listStyle: 'none', m: 0, pl: folder.path === '' ? 0 : 4 }}>
      {folder.folders.map((inner) => (
        <li key={inner.path}>
          <details open={isOpen || chosen.startsWith(inner.path)}>
            <Box component="summary" sx={{ cursor: 'pointer', py: 1, overflowWrap: 'anywhere' }}>
              <bdi>{inner.name}/</bdi>{' '}
              <Box component="span" sx={{ color: 'text.secondary' }}>
                {inner.count.toLocaleString('en')} {inner.count === 1 ? 'file' : 'files'}, {bytes(inner.bytes)}
              </Box>
            </Box>
            <FolderView folder={inner} {...{ isOpen, chosen, choose }} />
          </details>
        </li>
      ))}
      {shown.map((file) => (
        <li key={file.name}>
          <FileRow file={file} path={folder.path} isChosen={file.name === chosen} choose={choose} />
        </li>
      ))}
      {folder.files.length > shown.length && (
        <li>
          <Button onClick={() => setAll(true)}>Show all {folder.files.length.toLocaleString('en')} files</Button>
        </li>
      )}
    </Box>
  );
}

function FileRow({
  file,
  path,
  isChosen,
  choose,
}: {
  file: FileEntry;
  path: string;
  isChosen: boolean;
  choose(name: string): void;
}) {
  return (
    <Button
      fullWidth
      color="inherit"
      aria-current={isChosen}
      onClick={() => choose(file.name)}
      sx={{ justifyContent: 'space-between', gap: 3, fontWeight: 400, px: 2, ...(isChosen && { bgcolor: 'raised' }) }}
    >
      <bdi title={file.name} style={{ overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' }}>
        {file.name.slice(path.length)}
      </bdi>
      <Box component="span" sx={{ color: 'text.secondary', whiteSpace: 'nowrap' }}>
        {bytes(file.size)}
        {file.created_at !== undefined && (
          <Box component="span" sx={{ display: { xs: 'none', sm: 'inline' } }}>
            , <TimeText at={file.created_at} />
          </Box>
        )}
      </Box>
    </Button>
  );
}
