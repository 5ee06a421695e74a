/**
 * What a sparse message costs by the steps that its send and fan-out are made of now, each read in the cheaper way, if functions took no
 * time. No lower bound: other steps might do the same for less, as docs/decisions/0029-what-the-cost-goals-would-take.md says.
 */
import { sumOf, type Usage } from './bill.ts';

/** Conversations of more live connections have no fast lane: the default of a tenant's limits. */
const fastLaneConnections = 10;

/** An item of up to 4 KB, read in a hurry. */
const look = 0.5;

export const stepsOfMessage = (recipients: number): Usage => {
  const members = recipients + 1;
  const connections = members * look;
  return sumOf([
    // The frame, its answer, and the posts.
    { webSocketMessage: 2 + recipients },
    // The conversation, the sender’s membership and profile, an earlier receipt; then token, number, receipt and message.
    { readUnit: 4 * look, writeUnit: 4 },
    // Who is listening, and the mark of who has been told.
    members <= fastLaneConnections ? { readUnit: connections, writeUnit: 1 } : {},
    // What the stream’s fan-out goes by, who knows the members: the conversation, the receipt, the sender’s membership, and who is there.
    { readUnit: 3 * look + connections },
    // The sender’s function and fan-out.
    { lambdaRequest: 2 },
  ]);
};
