/** Everything a handler may need, each made when it is first asked for and once per instance: a function pays for what it uses. */
import { type Blocks, createBlocks } from '../data/blocks.ts';
import { type Conversations, createConversations } from '../data/conversations.ts';
import { createDepartures, type Departures } from '../data/departures.ts';
import { createDevices, type Devices } from '../data/devices.ts';
import { createDigests, type Digests } from '../data/digests.ts';
import { createDrafts, type Drafts } from '../data/drafts.ts';
import { createHides, type Hides } from '../data/hides.ts';
import { createHistory, type History } from '../data/history.ts';
import { createInbox, type Inbox } from '../data/inbox.ts';
import { createMentions, type Mentions } from '../data/mentions.ts';
import { createNotices, type Notices } from '../data/notices.ts';
import { createNotificationPreferences, type NotificationPreferencesData } from '../data/notification-preferences.ts';
import { createOwnHistory, type OwnHistory } from '../data/own-history.ts';
import { createOwnReplies, type OwnReplies } from '../data/own-replies.ts';
import { createOwnStates, type OwnStates } from '../data/own-states.ts';
import { createPins, type Pins } from '../data/pins.ts';
import { createPosters, type Posters } from '../data/posters.ts';
import { createProfiles, type Profiles } from '../data/profiles.ts';
import { createRecipients, type Recipients } from '../data/recipients.ts';
import { createShownMessages, type ShownMessages } from '../data/shown-messages.ts';
import { createSurroundings, type Surroundings } from '../data/surroundings.ts';
import { createTickets, type Tickets } from '../data/tickets.ts';
import { createUnread, type Unread } from '../data/unread.ts';
import { createUsers, type Users } from '../data/users.ts';
import { createVersions, type Versions } from '../data/versions.ts';
import { type CommandDeps, commandMakers } from './command-deps.ts';
import { createFanOut, type FanOut } from './fan-out.ts';
import { lazily } from './lazily.ts';
import { type SendDeps, sendMakers } from './send-deps.ts';
import { type SyncDeps, syncMakers } from './sync-deps.ts';

export interface Deps extends CommandDeps, SendDeps, SyncDeps {
  conversations: Conversations;
  departures: Departures;
  history: History;
  hides: Hides;
  ownHistory: OwnHistory;
  ownReplies: OwnReplies;
  versions: Versions;
  shownMessages: ShownMessages;
  pins: Pins;
  inbox: Inbox;
  unread: Unread;
  ownStates: OwnStates;
  drafts: Drafts;
  mentions: Mentions;
  users: Users;
  profiles: Profiles;
  blocks: Blocks;
  tickets: Tickets;
  devices: Devices;
  notificationPreferences: NotificationPreferencesData;
  recipients: Recipients;
  notices: Notices;
  digests: Digests;
  posters: Posters;
  surroundings: Surroundings;
  fanOut: FanOut;
}

export const liveDeps = (environment: NodeJS.ProcessEnv): Deps =>
  lazily<Deps>({
    ...commandMakers(environment),
    ...sendMakers(environment),
    ...syncMakers(environment),
    conversations: (deps) => createConversations(deps),
    departures: (deps) => createDepartures(deps),
    history: (deps) => createHistory(deps),
    hides: (deps) => createHides(deps),
    ownHistory: (deps) => createOwnHistory(deps),
    ownReplies: (deps) => createOwnReplies(deps),
    versions: (deps) => createVersions(deps),
    shownMessages: (deps) => createShownMessages(deps),
    pins: (deps) => createPins(deps),
    inbox: (deps) => createInbox(deps),
    unread: (deps) => createUnread(deps),
    ownStates: (deps) => createOwnStates(deps),
    drafts: (deps) => createDrafts(deps),
    mentions: (deps) => createMentions(deps),
    users: (deps) => createUsers(deps),
    profiles: ({ table }) => createProfiles(table),
    blocks: (deps) => createBlocks(deps),
    tickets: (deps) => createTickets(deps),
    devices: (deps) => createDevices(deps),
    notificationPreferences: (deps) => createNotificationPreferences(deps),
    recipients: (deps) => createRecipients(deps),
    notices: (deps) => createNotices(deps),
    digests: (deps) => createDigests(deps),
    posters: (deps) => createPosters(deps),
    surroundings: (deps) => createSurroundings(deps),
    fanOut: (deps) => createFanOut(deps),
  });

/** The handler that Lambda calls: made once per instance, of the real dependencies. */
export const live = <Handler>(make: (deps: Deps) => Handler): Handler => make(liveDeps(process.env));
