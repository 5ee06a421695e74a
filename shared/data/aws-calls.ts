/**
 * How long one call to AWS may take before it is tried again. Without it the SDK waits for ever on a connection that went silent,
 * and takes the function's whole time with it.
 */
export const promptly = {
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true },
};
