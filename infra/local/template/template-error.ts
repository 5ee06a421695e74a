/** Where in a template something stands: `FixtureData`, `Queue4A7E3555`, `Properties.RedrivePolicy`. */
export interface Place {
  stack: string;
  resource: string;
  property: string;
}

/** A template says something that the local cloud does not understand. The message names the stack, resource and property. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';

  constructor(place: Place, problem: string) {
    super(`Stack ${place.stack}, ${[place.resource, place.property].filter(Boolean).join(', ')}: ${problem}`);
  }
}
