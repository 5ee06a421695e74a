/**
 * Resource types of the stacks that have nothing to do on one machine, and why. A type belongs here once a stack has it and nobody
 * would miss it; until then it is named as not run.
 */
const inert: Record<string, string> = {
  'AWS::CDK::Metadata': 'tells AWS which CDK was used',
  'AWS::CloudWatch::Alarm': 'nobody is woken for what happens on one machine',
  'AWS::Events::Archive': 'nobody replays what happened on one machine',
  'AWS::EventSchemas::Registry': 'describes what is told and does nothing to it',
  'AWS::EventSchemas::Schema': 'describes what is told and does nothing to it',
  'AWS::Logs::LogGroup': 'logs go to the terminal',
};

export function isInert(type: string): boolean {
  return Object.hasOwn(inert, type);
}
