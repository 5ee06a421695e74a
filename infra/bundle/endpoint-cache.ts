/**
 * Stands in for `mnemonist/lru-cache` in every bundle: DynamoDB's client keeps the endpoints in it that it has discovered, which are
 * none, or one, so that a cache that forgets is 5 KB that are never needed.
 */
export default class EndpointCache<Value> extends Map<string, Value> {
  /** The client says how many it may hold; a map would take that for its content. */
  constructor(_capacity?: number) {
    super();
  }

  peek(key: string): Value | undefined {
    return this.get(key);
  }
}
