/**
 * What the record of a new message says of its sending. Fan-out goes by it instead of looking the same up: what is not said, it looks up.
 */
export interface Postmark {
  /** The connection that has the sender's answer, and is not told. */
  connectionId?: string;
  /** The conversation's revision when the number was taken. */
  rev?: number;
  /** Taking the number noted what its sender has read: nothing of it is left to be raised. */
  hasRead?: true;
  /** The sender may have told some itself, and then left a mark of whom. */
  fastLane?: true;
}
