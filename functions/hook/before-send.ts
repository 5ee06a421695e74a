/**
 * Asks one tenant's hook about a message before it is stored, and returns what it answers, which whoever asks has to check.
 * It alone may know the secret that the request is signed with. docs/before-send-hook.md
 */
import { systemClock } from '../../shared/domain/clock.ts';
import { createHookPost } from '../../shared/runtime/hook-post.ts';
import { secretAt } from '../../shared/runtime/secret-value.ts';
import { settingsFrom } from '../../shared/runtime/settings.ts';
import { resolveByDns } from '../../shared/runtime/webhook-addresses.ts';

const { BEFORE_SEND_URL, BEFORE_SEND_KEY_ARN, WEBHOOK_SETTINGS } = settingsFrom(process.env);

export const handler = createHookPost({
  url: BEFORE_SEND_URL,
  allowLocal: WEBHOOK_SETTINGS.allowLocal,
  resolve: resolveByDns,
  secret: secretAt(BEFORE_SEND_KEY_ARN),
  clock: systemClock,
});
