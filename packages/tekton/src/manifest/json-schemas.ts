import { z } from 'zod';
import { schemaOf, tektonKinds } from './structure.ts';

/** The JSON Schema (draft 2020-12) of each Tekton kind, by `apiVersion Kind`. */
export function jsonSchemasOfKinds(): Map<string, unknown> {
  return new Map(
    tektonKinds.map((name) => {
      const [apiVersion = '', kind = ''] = name.split(' ');
      const schema = schemaOf(apiVersion, kind);
      return [
        name,
        schema && z.toJSONSchema(schema, { io: 'input', reused: 'inline', unrepresentable: 'any' }),
      ];
    }),
  );
}
