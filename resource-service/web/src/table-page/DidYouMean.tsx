// Paths to take in place of a name that no field has.
import ButtonBase from '@mui/material/ButtonBase';

export function DidYouMean({ near, choose }: { near: readonly string[]; choose(path: string): void }) {
  if (near.length === 0) return null;
  return (
    <>
      {' '}
      Did you mean{' '}
      {near.map((path, index) => (
        <span key={path}>
          {index > 0 && (index === near.length - 1 ? ' or ' : ', ')}
          <ButtonBase
            onClick={() => choose(path)}
            sx={{ font: 'inherit', color: 'primary.main', textDecoration: 'underline', minHeight: 24 }}
          >
            {path}
          </ButtonBase>
        </span>
      ))}
      ?
    </>
  );
}
