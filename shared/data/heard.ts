/**
 * What the attribute `heard` of conversations, messages and changes says where somebody behind the bus may hear of what was written: the
 * stream's filter lets the publisher see those alone.
 */
export const maybeHeard = 'maybe';
export const unheard = 'no';
