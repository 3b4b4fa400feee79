// A form in a dialog whose faults come from the service: each beside its field, the rest above the buttons.
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import type { ReactNode } from 'react';
import {
  useForm,
  type DefaultValues,
  type FieldPath,
  type FieldValues,
  type RegisterOptions,
  type UseFormReturn,
} from 'react-hook-form';

import { ProblemError, withoutName } from '@/api/problem';

import { useUnsaved } from './unsaved';

interface FormProps<T extends FieldValues> {
  title: string;
  action: string;
  values: DefaultValues<T>;
  children(form: UseFormReturn<T>): ReactNode;
  /** Sends it; a `ProblemError` is shown and what was typed stays. */
  submit(values: T): Promise<unknown>;
  onClose(): void;
}

export function FormDialog<T extends FieldValues>({ title, action, values, children, submit, onClose }: FormProps<T>) {
  const form = useForm<T>({ defaultValues: values });
  const { handleSubmit, formState, setError } = form;
  const { leave, setSaving } = useUnsaved(formState.isDirty);
  const close = () => leave(onClose);
  const send = handleSubmit(async (typed) => {
    setSaving(true);
    try {
      await submit(typed);
      onClose();
    } catch (error) {
      setSaving(false);
      showFaults(
        error,
        (name, message) => setError(name as FieldPath<T>, { message }),
        (message) => setError('root', { message }),
        Object.keys(typed),
      );
    }
  });
  return (
    <Dialog
      open
      onClose={(_, reason) => reason === 'escapeKeyDown' && close()}
      fullWidth
      maxWidth="sm"
      aria-labelledby="form-title"
    >
      <Box component="form" noValidate onSubmit={(event) => void send(event)}>
        <DialogTitle id="form-title">{title}</DialogTitle>
        <DialogContent sx={{ display: 'grid', gap: 4, pt: '8px !important' }}>
          {children(form)}
          {formState.errors.root?.message && (
            <Box role="alert" sx={{ color: 'error.main' }}>
              {formState.errors.root.message}
            </Box>
          )}
        </DialogContent>
        <DialogActions>
          <Button onClick={close}>Cancel</Button>
          <Button type="submit" variant="contained" loading={formState.isSubmitting}>
            {action}
          </Button>
        </DialogActions>
      </Box>
    </Dialog>
  );
}

/** What a text field needs of its form: the value, and the fault in place of the help. */
export function fieldProps<T extends FieldValues>(
  { register, formState }: Pick<UseFormReturn<T>, 'register' | 'formState'>,
  name: FieldPath<T>,
  { help, ...rules }: RegisterOptions<T> & { help?: string | undefined } = {},
) {
  const fault = formState.errors[name]?.message;
  const text = typeof fault === 'string' && fault !== '' ? fault : undefined;
  return {
    ...register(name, rules as RegisterOptions<T, FieldPath<T>>),
    error: name in formState.errors,
    helperText: text ?? help,
  };
}

/** Puts the faults of a problem beside the fields that they point to, and the rest of them where all can be read. */
export function showFaults(
  error: unknown,
  field: (name: string, message: string) => void,
  rest: (message: string) => void,
  fields: readonly string[],
): void {
  if (!(error instanceof ProblemError)) {
    rest(error instanceof Error ? error.message : String(error));
    return;
  }
  const others: string[] = [];
  for (const fault of error.errors) {
    const name = fault.pointer?.split('/')[1];
    if (name !== undefined && fields.includes(name)) field(name, withoutName(fault));
    else others.push(fault.message);
  }
  if (error.errors.length === 0 || others.length > 0) rest(others.length > 0 ? others.join('; ') : error.message);
}
