/**
 * What a sparse message costs by the steps that its send and fan-out are made of now, each read in the cheaper way, if functions took no
 * time. No lower bound: other steps might do the same for less, as docs/decisions/0029-what-the-cost-goals-would-take.md says.
 */
import { sumOf, type Usage } from './bill.ts';

/** In bytes, beside its watermarks and what it keeps for itself. */
const membershipBytes = 300;

/** Conversations of more live connections have no fast lane: the default of a tenant's limits. */
const fastLaneConnections = 10;

/** Read in a hurry: half a unit for each 4 KB. */
const inHurry = (bytes: number): number => Math.ceil(bytes / 4_096) / 2;

export const stepsOfMessage = (recipients: number): Usage => {
  const members = recipients + 1;
  const memberships = inHurry(members * membershipBytes);
  const connections = members * inHurry(1);
  return sumOf([
    // The frame, its answer, and the posts.
    { webSocketMessage: 2 + recipients },
    // The conversation, the sender’s membership and profile, an earlier receipt; then token, number, receipt and message.
    { readUnit: 4 * inHurry(1), writeUnit: 4 },
    // Who is listening, and the mark of who has been told.
    members <= fastLaneConnections ? { readUnit: memberships + connections, writeUnit: 1 } : {},
    // What the stream’s fan-out goes by: the conversation, the receipt, who is a member, and who of them is there.
    { readUnit: 2 * inHurry(1) + memberships + connections },
    // The sender’s function and fan-out.
    { lambdaRequest: 2 },
  ]);
};
