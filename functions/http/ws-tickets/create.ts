/** A ticket for one WebSocket, single-use and short-lived. */
import { wsTicketsCreate } from '../../../shared/protocol/routes/service.ts';
import { type Deps, live } from '../../../shared/runtime/deps.ts';
import { onRequest } from '../../../shared/runtime/http.ts';

export const createTicket = ({ tickets }: Pick<Deps, 'tickets'>) =>
  onRequest(wsTicketsCreate, ({ caller }) => tickets.issue(caller));

export const handler = live(createTicket);
