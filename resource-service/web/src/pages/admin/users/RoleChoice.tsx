// Chooses the roles of a user; each role says what it permits.
import Box from '@mui/material/Box';
import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';

import type { Role } from '@/people/data';

interface RoleChoiceProps {
  roles: readonly Role[];
  chosen: readonly string[];
  onChange(chosen: string[]): void;
}

export function RoleChoice({ roles, chosen, onChange }: RoleChoiceProps) {
  const toggle = (name: string) =>
    onChange(chosen.includes(name) ? chosen.filter((one) => one !== name) : [...chosen, name]);
  return (
    <Box component="fieldset" sx={{ border: 0, m: 0, p: 0, minWidth: 0 }}>
      <Box component="legend" sx={{ p: 0, mb: 1, color: 'text.secondary' }}>
        Roles
      </Box>
      {roles.map((role) => (
        <Box key={role.name} sx={{ mb: 1 }}>
          <FormControlLabel
            control={
              <Checkbox checked={chosen.includes(role.name)} onChange={() => toggle(role.name)} sx={{ py: 1 }} />
            }
            label={role.name}
          />
          <Box sx={{ pl: 8, color: 'text.secondary', fontSize: '0.75rem', overflowWrap: 'anywhere' }}>
            {role.scopes.join(' ')}
          </Box>
        </Box>
      ))}
    </Box>
  );
}
