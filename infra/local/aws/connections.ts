/** API Gateway's management of WebSocket connections: post to one, look at one, close one. */
import type { CloudModel } from '../model.ts';
import { account, region } from '../model.ts';
import type { ConnectionsPort } from '../ports.ts';
import type { Answer, AwsRequest, Service } from './service.ts';
import { AwsError, restError, restRefusals } from './service.ts';

const maximumPostBytes = 128 * 1024;

/** `/@connections/{id}`, `/{stage}/@connections/{id}` or `/{apiId}/{stage}/@connections/{id}`. */
const placeOf = (path: string) => {
  const parts = path.split('/').filter(Boolean).map(decodeURIComponent);
  const at = parts.indexOf('@connections');
  const id = parts[at + 1];
  if (at < 0 || at > 2 || id === undefined || parts.length !== at + 2) return undefined;
  return { id, apiId: at === 2 ? parts[0] : undefined, stage: at > 0 ? parts[at - 1] : undefined };
};

const empty = (status: number): Answer => ({ status, headers: {}, body: '' });
const gone = () => new AwsError('GoneException', '', 410);
const forbidden = () => new AwsError('ForbiddenException', 'Forbidden', 403);
const throttled = () => new AwsError('LimitExceededException', 'Too Many Requests', 429);

export const createConnections = (
  connections: (apiId?: string, stage?: string) => ConnectionsPort | undefined,
  model: () => CloudModel,
): Service => {
  const run = async ({ method, body }: AwsRequest, port: ConnectionsPort, id: string): Promise<Answer> => {
    if (method === 'GET') {
      const connection = port.get(id);
      if (!connection) throw gone();
      const { connectedAt, lastActiveAt, sourceIp, userAgent } = connection;
      const text = JSON.stringify({ connectedAt, lastActiveAt, identity: { sourceIp, userAgent } });
      return { status: 200, headers: { 'content-type': 'application/json' }, body: text };
    }
    if (method === 'DELETE') {
      if (port.close(id) === 'gone') throw gone();
      return empty(204);
    }
    const outcome = body.length > maximumPostBytes ? 'too-large' : await port.post(id, body);
    if (outcome === 'sent') return empty(200);
    if (outcome === 'gone') throw gone();
    if (outcome === 'forbidden') throw forbidden();
    if (outcome === 'limit') throw throttled();
    throw new AwsError('PayloadTooLargeException', 'Message too long', 413);
  };

  return {
    ...restRefusals,
    prepare(request) {
      const place = placeOf(request.path);
      const known = ['POST', 'GET', 'DELETE'].includes(request.method);
      const port = place && known ? connections(place.apiId, place.stage) : undefined;
      if (!place || !port) throw forbidden();
      const apis = model().webSocketApis;
      const api = apis.find(({ id, stage }) => (place.apiId ? id === place.apiId : stage === place.stage)) ?? apis[0];
      const where = `${place.apiId ?? api?.id ?? '*'}/${place.stage ?? api?.stage ?? '*'}`;
      return {
        action: 'execute-api:ManageConnections',
        needs: [
          {
            action: 'execute-api:ManageConnections',
            resource: `arn:aws:execute-api:${region}:${account}:${where}/${request.method}/@connections/${place.id}`,
          },
        ],
        run: () => run(request, port, place.id),
      };
    },
    spell: restError,
    throttled,
  };
};
