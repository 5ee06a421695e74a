import { basename } from 'node:path';
import type { CloudModel, FunctionModel } from './model.ts';
import { queueOrigin } from './template/attributes.ts';

/** SDK clients send what is for a queue to the host in its URL. */
export function withLocalQueues(model: CloudModel, endpoint: string): CloudModel {
  const local = (value: string) => value.replaceAll(queueOrigin, endpoint);
  return {
    ...model,
    functions: model.functions.map((fn) => ({
      ...fn,
      environment: Object.fromEntries(Object.entries(fn.environment).map(([key, value]) => [key, local(value)])),
    })),
  };
}

/**
 * Functions whose code is the same stay where their code was: an asset's folder is named after its content, and the folder around it
 * after the content of all.
 */
export function keepingUnchangedCode(next: CloudModel, before: CloudModel): CloudModel {
  const folders = new Map(before.functions.map((fn) => [`${fn.arn} ${basename(fn.codeDirectory)}`, fn.codeDirectory]));
  return {
    ...next,
    functions: next.functions.map((fn) => ({
      ...fn,
      codeDirectory: folders.get(`${fn.arn} ${basename(fn.codeDirectory)}`) ?? fn.codeDirectory,
    })),
  };
}

/** @param workers whose rules are left out; they are called `for-<worker>` in the stacks */
export function withoutRulesFor(model: CloudModel, workers: readonly string[]): CloudModel {
  const ids = workers.map((one) => `for${one.replaceAll('-', '')}`);
  const workerOf = (name: string) => ids.find((id) => new RegExp(`-${id}[0-9A-F]{8}`).test(name));
  return { ...model, rules: model.rules.filter(({ name }) => workerOf(name) === undefined) };
}

/** What stays when functions are reloaded: all but them, as long as they are the same ones. */
export function withoutFunctions(model: CloudModel): unknown {
  return { ...model, functions: model.functions.map(({ arn, invokers }) => ({ arn, invokers })) };
}

/** @throws naming those that there are */
export function functionNamed(model: CloudModel, name: string): FunctionModel {
  const found = model.functions.find((fn) => fn.name === name);
  if (found !== undefined) return found;
  throw new Error(`No function is named ${name}; there are ${model.functions.map((fn) => fn.name).join(', ')}.`);
}

/** @param name the queue's own, or the path of its construct without slashes. @throws naming those that there are */
export function queueNamed(model: CloudModel, name: string): string {
  const plain = ({ logicalId }: { logicalId: string }) => logicalId.replace(/[0-9A-F]{8}$/, '');
  const found = model.queues.find((queue) => queue.name === name || plain(queue) === name);
  if (found !== undefined) return found.name;
  throw new Error(`No queue is named ${name}; there are ${model.queues.map(plain).join(', ')}.`);
}
