/** The address that GitHub gives a heading. */
export const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_ -]/gu, '')
    .replaceAll(' ', '-');

export const anchorsIn = (markdown: string): Set<string> =>
  new Set([
    ...[...markdown.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading)),
    ...[...markdown.matchAll(/<a id="([^"]+)">/g)].map(([, id = '']) => id),
  ]);

/** Where links within the project lead, each with its anchor, if it has one. */
export const linksIn = (markdown: string): { path: string; anchor: string }[] =>
  [...markdown.matchAll(/\]\((?![a-z]+:)([^)#\s]*)(?:#([^)\s]+))?\)/g)].map(([, path = '', anchor = '']) => ({
    path,
    anchor,
  }));
