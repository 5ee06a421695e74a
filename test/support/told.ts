import { expect } from 'vitest';
import { type PublicEvent, publicEvents } from '../../shared/protocol/domain-events.ts';
import { publicSource } from '../../shared/protocol/event-sources.ts';
import type { World } from './world.ts';

/** What the host's services heard of the running test's tenant so far, in order: each fits the contract of its type, and holds nothing beside. */
export const toldIn = ({ events, tenant }: World): PublicEvent[] =>
  events
    .filter(({ source, detail }) => source === publicSource && detail.tenantId === tenant)
    .map(({ 'detail-type': type, detail }) => {
      const contract = publicEvents.find((one) => one.type === type);
      expect(contract, `${type} is no public event`).toBeDefined();
      expect(contract?.detail.parse(detail), type).toEqual(detail);
      return { type, detail } as unknown as PublicEvent;
    });

/** Those of some types. */
export const toldOf = <Type extends PublicEvent['type']>(world: World, ...types: Type[]) =>
  toldIn(world).filter((event): event is Extract<PublicEvent, { type: Type }> => types.includes(event.type as Type));

/** Those about conversations, each in a few words: what, by whom. */
export const inShort = (events: readonly PublicEvent[]): string[] =>
  events.map(({ type, detail }) => `${type} by ${detail.actor ?? 'nobody'}`);
