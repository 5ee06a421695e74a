import { wiringOf } from '../wiring/facts.ts';
import { localModel } from '../wiring/model.ts';
import { page } from './markup.ts';

export const wiringPage = (): string =>
  page(
    '# Wiring',
    'What calls each function, what its environment tells it, and what it may do: as the templates of the stage `local` have it. Whoever changes a route, a filter, a variable or a grant changes a line here.',
    ...wiringOf(localModel()).flatMap(({ name, facts }) => [`## ${name}`, facts.map((fact) => `- ${fact}`).join('\n')]),
  );
