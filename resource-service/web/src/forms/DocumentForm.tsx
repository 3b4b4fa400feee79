// The form of a document, made from the definition of its collection. What was typed stays whatever the service answers.
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useState, type ReactNode } from 'react';
import { useForm } from 'react-hook-form';

import type { Json, JsonObject } from '@/api/json';
import { ProblemError } from '@/api/problem';
import { Failure } from '@/ui/states';
import { useUnsaved } from '@/ui/unsaved';

import { FieldInput } from './FieldInput';
import { documentOf, formFields, leaves, placeFaults, textsOf, type FormField } from './model';

interface DocumentFormProps {
  schema: Json;
  /** What the fields begin with. */
  base: JsonObject;
  action: string;
  /** Sends the document. A `ProblemError` is shown beside the fields. */
  submit(document: JsonObject): Promise<unknown>;
  onCancel(): void;
  children?: ReactNode;
}

export function DocumentForm({ schema, base, action, submit, onCancel, children }: DocumentFormProps) {
  const [fields] = useState(() => formFields(schema));
  const [texts] = useState(() => textsOf(fields, base));
  const form = useForm<Record<string, string>>({ defaultValues: texts });
  const [failure, setFailure] = useState<unknown>(null);
  const [others, setOthers] = useState<readonly string[]>([]);
  const { handleSubmit, register, setError, setFocus, formState } = form;
  const { leave, setSaving } = useUnsaved(formState.isDirty);

  const showFaults = (faults: Record<string, string>) => {
    const entries = Object.entries(faults);
    for (const [key, message] of entries) setError(key, { message });
    const first = leaves(fields).find(({ key }) => key in faults);
    if (first) setFocus(first.key);
    return entries.length > 0;
  };
  const send = handleSubmit(async (typed) => {
    setFailure(null);
    setOthers([]);
    const { document, faults } = documentOf(fields, typed, base);
    if (showFaults(faults)) return;
    setSaving(true);
    try {
      await submit(document);
    } catch (error) {
      const given = error instanceof ProblemError ? placeFaults(fields, error.errors) : undefined;
      const hasPlaced = given !== undefined && showFaults(given.placed);
      // A failure lists all faults by itself.
      if (hasPlaced) setOthers(given.others);
      else setFailure(error);
    } finally {
      setSaving(false);
    }
  });
  const one = (field: FormField): ReactNode =>
    field.kind === 'object' ? (
      <Box
        component="fieldset"
        key={field.key}
        sx={{ border: 1, borderColor: 'divider', borderRadius: 1, m: 0, p: 3, display: 'grid', gap: 3, minWidth: 0 }}
      >
        <legend title={field.description}>{field.title}</legend>
        {field.children.map(one)}
      </Box>
    ) : (
      <FieldInput
        key={field.key}
        field={field}
        registered={register(field.key)}
        letters={texts[field.key]?.length ?? 0}
        fault={formState.errors[field.key]?.message}
      />
    );
  return (
    <Box
      component="form"
      noValidate
      onSubmit={(event) => void send(event)}
      sx={{ display: 'grid', gap: 3, maxWidth: 720, p: 4 }}
    >
      {children}
      {fields.map(one)}
      {others.length > 0 && (
        <Box role="alert" sx={{ color: 'error.main', overflowWrap: 'anywhere' }}>
          {others.map((message) => (
            <div key={message}>{message}</div>
          ))}
        </Box>
      )}
      {failure !== null && <Failure error={failure} />}
      <Box sx={{ display: 'flex', gap: 2 }}>
        <Button type="submit" variant="contained" loading={formState.isSubmitting}>
          {action}
        </Button>
        <Button color="inherit" onClick={() => leave(onCancel)}>
          Cancel
        </Button>
      </Box>
    </Box>
  );
}
