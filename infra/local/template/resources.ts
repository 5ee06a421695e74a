import type { z } from 'zod';
import type { StackTemplate } from './assembly.ts';
import { attributeOf } from './attributes.ts';
import { createResolver } from './intrinsics.ts';
import { type Place, TemplateError } from './template-error.ts';

/** A resource that the deployment would create: its condition holds. */
export interface Resource {
  stack: string;
  logicalId: string;
  type: string;
  /** Path of the construct without the stack and `Resource`. */
  name: string;
  /** What `Ref` answers. */
  ref: string;
  attribute(name: string): string;
  /** The resolved properties, checked. @throws {TemplateError} naming the property that is missing, wrong or not supported. */
  read<Schema extends z.ZodType>(schema: Schema): z.infer<Schema>;
  /** @throws {TemplateError} that names this resource. */
  refuse(property: string, problem: string): never;
  /** The folder of the code asset with this object key. */
  asset(key: string): string | undefined;
}

export interface Resources {
  all: Resource[];
  ofType(...types: string[]): Resource[];
  outputs(): Record<string, string>;
}

/** All resources of these stacks, with what they say resolved on demand. */
export function createResources(stacks: StackTemplate[], parameters: Record<string, string>): Resources {
  const identities = new Map<string, string | undefined>();
  const resolver = createResolver(stacks, parameters, (stack, logicalId, attribute) => {
    const key = `${stack.name}/${logicalId}/${attribute ?? ''}`;
    if (!identities.has(key)) identities.set(key, identify(stack, logicalId, attribute));
    return identities.get(key);
  });

  function identify(stack: StackTemplate, logicalId: string, attribute: string | undefined): string | undefined {
    const raw = stack.resources[logicalId];
    if (raw === undefined) return undefined;
    const text = (property: string) => {
      const value = raw.Properties?.[property];
      if (value === undefined) return undefined;
      const resolved = resolver.resolve(value, stack, placeOf(stack, logicalId, property));
      return resolved === undefined || typeof resolved === 'symbol' ? undefined : String(resolved);
    };
    return attributeOf(raw.Type, { stack: stack.name, logicalId, text }, attribute);
  }

  const all = stacks.flatMap((stack) =>
    Object.entries(stack.resources)
      .filter(
        ([logicalId, raw]) =>
          raw.Condition === undefined || resolver.holds(raw.Condition, stack, placeOf(stack, logicalId, 'Condition')),
      )
      .map(([logicalId, raw]): Resource => {
        const attribute = (name: string | undefined) => {
          const value = identify(stack, logicalId, name);
          if (value === undefined)
            throw new TemplateError(placeOf(stack, logicalId, ''), `it has no attribute ${name}`);
          return value;
        };
        return {
          stack: stack.name,
          logicalId,
          type: raw.Type,
          name: (stack.paths.get(logicalId) ?? logicalId).replace(/\/Resource$/, ''),
          get ref() {
            return attribute(undefined);
          },
          attribute,
          read: (schema) => {
            const place = placeOf(stack, logicalId, '');
            return check(schema, resolver.resolve(raw.Properties ?? {}, stack, place), raw.Type, place);
          },
          refuse: (property, problem) => {
            throw new TemplateError(placeOf(stack, logicalId, property), problem);
          },
          asset: (key) => stack.assets.get(key),
        };
      }),
  );

  return {
    all,
    ofType: (...types) => all.filter((resource) => types.includes(resource.type)),
    outputs: () =>
      Object.fromEntries(
        stacks.flatMap((stack) =>
          Object.entries(stack.outputs)
            .filter(([key, output]) => output.Export === undefined && isWanted(stack, key, output.Condition))
            .map(([key, output]) => [key, String(resolver.resolve(output.Value, stack, outputPlace(stack, key)))]),
        ),
      ),
  };

  function isWanted(stack: StackTemplate, key: string, condition: string | undefined): boolean {
    return condition === undefined || resolver.holds(condition, stack, outputPlace(stack, key));
  }
}

function check<Schema extends z.ZodType>(
  schema: Schema,
  properties: unknown,
  type: string,
  place: Place,
): z.infer<Schema> {
  const result = schema.safeParse(properties);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const property = [...(issue?.path ?? []), ...(unknown === undefined ? [] : [unknown])].join('.');
  const problem = unknown === undefined ? (issue?.message ?? 'is wrong') : 'this property is not supported here';
  throw new TemplateError({ ...place, property }, `${problem} (${type})`);
}

const placeOf = (stack: StackTemplate, logicalId: string, property: string): Place => ({
  stack: stack.name,
  resource: logicalId,
  property,
});

const outputPlace = (stack: StackTemplate, key: string): Place => placeOf(stack, `Outputs.${key}`, '');
