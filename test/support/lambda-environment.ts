/**
 * What Lambda and the stacks give every function: modules of functions make their handlers as they are loaded. Import it before them,
 * in tests that make a handler of their own dependencies. Nothing is ever called there.
 */
Object.assign(process.env, {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  TABLE_NAME: 'nowhere',
  CONNECTIONS_URL: 'https://nowhere.invalid/stage',
  POWERTOOLS_LOG_LEVEL: 'SILENT',
});
