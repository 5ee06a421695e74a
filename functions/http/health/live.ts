/** Whether functions run at all. */
import { healthLive } from '../../../shared/protocol/routes/service.ts';
import { onPublicRequest } from '../../../shared/runtime/http.ts';

export const handler = onPublicRequest(healthLive, async () => ({ status: 'ok' as const }));
