// What the definition of another collection begins with.
export function example(name: string): string {
  const definition = {
    name,
    schema: {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      required: ['title'],
      additionalProperties: false,
      properties: {
        title: { type: 'string', minLength: 1, maxLength: 200 },
        value: { type: ['number', 'string'], format: 'ieee754' },
        measured_at: { type: 'string', format: 'date-time' },
      },
    },
    indexes: [{ keys: { _created_at: -1 } }],
    versioned: true,
  };
  return `${JSON.stringify(definition, null, 2)}\n`;
}
