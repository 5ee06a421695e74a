import type { ConversationSettings } from '../protocol/conversation.ts';
import { Problem } from '../protocol/errors.ts';

/** What a conversation has that says nothing else; so has one that was stored before a setting was known. */
export const defaultSettings: ConversationSettings = {
  open: false,
  whoMayPost: 'everybody',
  whoMayAdd: 'admins',
  historyFrom: 'start',
  slowModeSeconds: 0,
  retentionDays: null,
};

/** Settings as somebody gives them: what is left out is not theirs to say. */
export type SettingsChange = { [Name in keyof ConversationSettings]?: ConversationSettings[Name] | undefined };

export const settingsWith = (settings: ConversationSettings, change: SettingsChange): ConversationSettings => ({
  ...settings,
  ...(Object.fromEntries(
    Object.entries(change).filter(([, one]) => one !== undefined),
  ) as Partial<ConversationSettings>),
});

/** @throws Problem `invalid_request` where a conversation would keep its messages for longer than its tenant does */
export const requireRetentionWithin = (tenantDays: number, { retentionDays }: SettingsChange): void => {
  if (typeof retentionDays !== 'number' || retentionDays <= tenantDays) return;
  throw new Problem('invalid_request', {
    errors: [{ path: 'settings.retentionDays', message: `must be at most ${tenantDays}, the tenant's retention` }],
  });
};
