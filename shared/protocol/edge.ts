/** The header in which the edge shows its key to the APIs. Clients neither send nor see it. */
export const edgeHeader = 'x-parley-edge';
