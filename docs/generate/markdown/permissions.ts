import { permissions, standings } from '../../../shared/domain/permissions.ts';
import { code, page, table } from './markup.ts';

export const permissionsPage = (): string =>
  page(
    '# Permissions',
    'What each standing may do in a conversation. Somebody may have several; one that allows is enough. `owner`, `admin` and `member` are roles in the conversation; `tenant-moderator`, `tenant-admin` and `service` come from the token. Who may not even read a conversation is told that it does not exist.',
    table(
      ['action', 'meaning', ...standings],
      Object.entries(permissions).map(([action, { meaning, allowed }]) => {
        const holders: readonly string[] = allowed;
        return [code(action), meaning, ...standings.map((standing) => (holders.includes(standing) ? 'yes' : '–'))];
      }),
    ),
  );
