import type { BusModel, RuleModel } from '../model.ts';
import type { BusPort } from '../ports.ts';
import { type BusEvent, checkRequest, envelope, refusalOf } from './bus-entry.ts';
import type { Clock } from './clock.ts';
import type { JsonObject } from './json.ts';
import { compilePattern } from './pattern.ts';
import type { Targets } from './target.ts';
import { targetInput } from './target-input.ts';

export interface BusOptions {
  buses: readonly BusModel[];
  rules: readonly RuleModel[];
  targets: Targets;
  clock: Clock;
  /** Hears every event that a bus takes, before any rule does. */
  onEvent?: (event: BusEvent) => void;
}

/**
 * The event buses with their rules. An event is accepted before anything is delivered; rules and targets have no
 * order. A target that is itself a bus gets the event as it is.
 * @throws for a pattern or an input that EventBridge would refuse, naming the rule
 */
export function eventBus({ buses, rules, targets, clock, onEvent = () => {} }: BusOptions): BusPort {
  const routes = rules.filter(({ pattern }) => pattern !== undefined).map(routeOf);
  const hasBus = (name: string) => name === 'default' || buses.some((bus) => names(bus, name));

  const publish = (busName: string, event: JsonObject) => {
    for (const { rule, matches, deliveries } of routes) {
      if (!sameBus(buses, rule.busName, busName) || !matches(event)) continue;
      for (const { target, input } of deliveries) {
        if (hasBus(target.arn)) publish(target.arn, event);
        else {
          const sender = { attribute: 'RULE_ARN', arn: rule.arn } as const;
          targets.deliver({ target, payload: input(event), original: JSON.stringify(event), sender });
        }
      }
    }
  };

  return {
    put: async (entries) => {
      checkRequest(entries);
      return entries.map((entry) => {
        const refused = refusalOf(entry, hasBus);
        if (refused) return refused;
        const event = envelope(entry, clock.now());
        onEvent(event);
        publish(entry.busName, event);
        return { eventId: event.id };
      });
    },
  };
}

function routeOf(rule: RuleModel) {
  try {
    const deliveries = rule.targets.map((target) => ({ target, input: targetInput(target, rule) }));
    return { rule, matches: compilePattern(rule.pattern as JsonObject, 'rule'), deliveries };
  } catch (error) {
    throw new Error(`Rule ${rule.name}: ${(error as Error).message}`);
  }
}

/** PutEvents takes a bus by its name or its ARN; the default bus needs no resource of its own. */
const names = (bus: BusModel, name: string) => bus.name === name || bus.arn === name;

const sameBus = (buses: readonly BusModel[], ruleBus: string, entryBus: string) =>
  ruleBus === entryBus || buses.some((bus) => names(bus, ruleBus) && names(bus, entryBus));
