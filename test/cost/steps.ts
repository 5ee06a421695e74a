/**
 * What a sparse message costs by the steps that its send and fan-out are made of now, each read in the cheaper way, if functions took no
 * time. No lower bound: other steps might do the same for less, as docs/decisions/0029-what-the-cost-goals-take.md says.
 */
import { mayTellByItself } from '../../shared/domain/fast-lane.ts';
import { sumOf, type Usage } from './bill.ts';

/** The default of a tenant's limits. */
const usual = { fastLaneConnections: 10 };

/** An item of up to 4 KB, read in a hurry. */
const look = 0.5;

export const stepsOfMessage = (recipients: number): Usage => {
  const members = recipients + 1;
  const connections = members * look;
  const isFast = mayTellByItself({ memberCount: members, live: 'all' }, usual);
  return sumOf([
    // The frame, its answer, and the posts.
    { webSocketMessage: 2 + recipients },
    // The conversation, the sender’s membership and profile; then token, number and message.
    { readUnit: 3 * look, writeUnit: 3 },
    // Who is listening, and the mark of who has been told, which fan-out reads.
    isFast ? { readUnit: connections + look, writeUnit: 1 } : {},
    // Of two, the token comes with the mark, and is looked for before.
    recipients === 1 ? { readUnit: look, writeUnit: -1 } : {},
    // Who is there, which is all that the stream’s fan-out looks up where it knows the members.
    { readUnit: connections },
    // The sender’s function and fan-out.
    { lambdaRequest: 2 },
  ]);
};
