// What the menu below the user's name offers: the page about them, and to log out.
import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import { Link } from 'react-router';

import { useToast } from '@/ui/toasts';
import { useLeave } from '@/ui/unsaved';

import { PERSONAL } from './areas';
import { useServices } from './services';

export default function AccountMenu({ anchor, onClose }: { anchor: HTMLElement; onClose: () => void }) {
  const { session } = useServices();
  const leave = useLeave();
  const toast = useToast();
  const logout = () => {
    onClose();
    leave(() => {
      session
        .logout()
        .catch((error: unknown) =>
          toast({ text: error instanceof Error ? error.message : String(error), tone: 'error' }),
        );
    });
  };
  return (
    <Menu open anchorEl={anchor} onClose={onClose} slotProps={{ list: { 'aria-label': 'Account' } }}>
      <MenuItem component={Link} to={PERSONAL.path} onClick={onClose}>
        {PERSONAL.title}
      </MenuItem>
      <MenuItem onClick={logout}>Log out</MenuItem>
    </Menu>
  );
}
