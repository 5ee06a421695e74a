/** What a send needs, and no other handler of sockets: see socket-deps.ts. */
import { createRateLimits, type RateLimits } from '../data/rate-limits.ts';
import { createReferences, type References } from '../data/references.ts';
import { createSends, type Sends } from '../data/sends.ts';
import { createToldMarks, type ToldMarks } from '../data/told-marks.ts';
import { createTurns, type Turns } from '../data/turns.ts';
import { createWebhookList } from '../data/webhook-list.ts';
import { createBusAudience, createMessageAudience, heardIn, type MessageAudience } from './bus-audience.ts';
import { createFastLane, type FastLane } from './fast-lane.ts';
import { lazily, type Makers } from './lazily.ts';
import { rememberedWebhooks } from './remembered-webhooks.ts';
import { createSendMessage, type SendMessage } from './send-message.ts';
import { type SocketDeps, socketMakers } from './socket-deps.ts';

export interface SendDeps extends SocketDeps {
  sends: Sends;
  references: References;
  rateLimits: RateLimits;
  turns: Turns;
  toldMarks: ToldMarks;
  fastLane: FastLane;
  messageAudience: MessageAudience;
  sendMessage: SendMessage;
}

export const sendMakers = (environment: NodeJS.ProcessEnv): Makers<SendDeps> => ({
  ...socketMakers(environment),
  sends: (deps) => createSends(deps),
  references: (deps) => createReferences(deps),
  rateLimits: (deps) => createRateLimits(deps),
  turns: (deps) => createTurns(deps),
  toldMarks: (deps) => createToldMarks(deps),
  fastLane: (deps) => createFastLane(deps),
  messageAudience: ({ settings, table, clock }) =>
    createMessageAudience(
      createBusAudience({
        heard: heardIn(settings.HEARD_EVENTS),
        webhooksOf: rememberedWebhooks({ webhooks: createWebhookList(table), clock }),
      }),
    ),
  sendMessage: (deps) => createSendMessage(deps),
});

/** The handler that Lambda calls: made once per instance, of the real dependencies. */
export const live = <Handler>(make: (deps: SendDeps) => Handler): Handler => make(lazily(sendMakers(process.env)));
