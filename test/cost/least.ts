/**
 * The least that a sparse message costs where its send takes the steps that docs/ordering.md gives it: each of them once, each read in
 * the cheaper way, and functions that take no time at all. What nobody could save without giving up a step.
 */
import { sumOf, type Usage } from './bill.ts';

/** In bytes, beside its watermarks and what it keeps for itself. */
const membershipBytes = 300;

/** Conversations of more live connections have no fast lane: the default of a tenant's limits. */
const fastLaneConnections = 10;

/** Read in a hurry: half a unit for each 4 KB. */
const inHurry = (bytes: number): number => Math.ceil(bytes / 4_096) / 2;

export const leastOfMessage = (recipients: number): Usage => {
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
