// The list of areas that the caller may use, and who they are.
import Box from '@mui/material/Box';
import { NavLink } from 'react-router';

import { ADMINISTRATION, offered, PERSONAL, SCIENCE, type Area } from './areas';
import { useIdentity } from './services';

export function Navigation({ onFollow }: { onFollow: () => void }) {
  const { scopes, email, full_name } = useIdentity();
  const administration = offered(ADMINISTRATION, scopes);
  return (
    <Box
      component="nav"
      aria-label="Areas"
      sx={{ p: 2, minWidth: 184, display: 'flex', flexDirection: 'column', minHeight: '100%', boxSizing: 'border-box' }}
    >
      <List areas={offered(SCIENCE, scopes)} onFollow={onFollow} />
      {administration.length > 0 && (
        <>
          <Box
            component="h2"
            sx={{ m: 0, px: 2, pt: 4, pb: 1, fontSize: '0.75rem', fontWeight: 500, color: 'text.secondary' }}
          >
            Administration
          </Box>
          <List areas={administration} onFollow={onFollow} />
        </>
      )}
      <Box sx={{ flex: 1, minHeight: 16 }} />
      <List areas={[{ ...PERSONAL, title: full_name ?? email }]} onFollow={onFollow} />
    </Box>
  );
}

function List({ areas, onFollow }: { areas: readonly Area[]; onFollow: () => void }) {
  return (
    <Box component="ul" sx={{ m: 0, p: 0, listStyle: 'none' }}>
      {areas.map((area) => (
        <li key={area.path}>
          <Box
            component={NavLink}
            to={area.path}
            end={area.path === '/'}
            onClick={onFollow}
            sx={{
              display: 'block',
              px: 2,
              minHeight: 28,
              lineHeight: '28px',
              borderRadius: 1,
              color: 'text.primary',
              textDecoration: 'none',
              overflow: 'hidden',
              textOverflow: 'ellipsis',
              whiteSpace: 'nowrap',
              '&:hover': { bgcolor: 'raised' },
              '&.active': {
                bgcolor: 'raised',
                fontWeight: 600,
                boxShadow: 'inset 2px 0 0 var(--t-palette-primary-main)',
              },
            }}
          >
            {area.title}
          </Box>
        </li>
      ))}
    </Box>
  );
}
