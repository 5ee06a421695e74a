/** In order, in as few groups as the limits allow. What is too large by itself stands alone. */
export const grouped = (
  texts: readonly string[],
  { bytes, count = Number.POSITIVE_INFINITY }: { bytes: number; count?: number },
): string[][] => {
  const groups: string[][] = [];
  let room = 0;
  for (const text of texts) {
    const size = Buffer.byteLength(text) + 1;
    if (size > room || (groups.at(-1)?.length ?? count) === count) {
      groups.push([]);
      room = bytes;
    }
    groups.at(-1)?.push(text);
    room -= size;
  }
  return groups;
};
