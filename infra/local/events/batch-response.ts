import { isArray, isObject } from './json.ts';

/**
 * The identifiers of a partial batch response (`ReportBatchItemFailures`).
 * @returns undefined where the answer makes the whole batch a failure, as AWS has it: an identifier that is empty, missing, or
 *   none of the batch. An empty or missing list is a success.
 */
export function failedItems(payload: unknown, identifiers: readonly string[]): string[] | undefined {
  const failures = isObject(payload) ? payload.batchItemFailures : undefined;
  if (!isArray(failures)) return failures === undefined || failures === null ? [] : undefined;
  const failed: string[] = [];
  for (const failure of failures) {
    const identifier = isObject(failure) ? failure.itemIdentifier : undefined;
    if (typeof identifier !== 'string' || !identifiers.includes(identifier)) return undefined;
    failed.push(identifier);
  }
  return failed;
}
