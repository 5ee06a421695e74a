/**
 * Watches the bytes of a client's WebSocket stream for a frame over the limit. `ws` knows only whole messages, and API
 * Gateway refuses a frame over 32 KB even of a message that is allowed.
 *
 * @returns takes the stream chunk by chunk; true once a header has announced too long a frame
 */
export function createFrameMeter(limitBytes: number): (chunk: Buffer) => boolean {
  /** The header that is being read: two bytes, up to eight of length, four of mask. */
  const header = Buffer.alloc(14);
  let headerRead = 0;
  let payloadLeft = 0;
  let exceeded = false;

  function headerLength(): number {
    if (headerRead < 2) return 2;
    const length = header.readUInt8(1) & 0x7f;
    const masked = (header.readUInt8(1) & 0x80) !== 0;
    return 2 + (length === 127 ? 8 : length === 126 ? 2 : 0) + (masked ? 4 : 0);
  }

  function payloadLength(): number {
    const length = header.readUInt8(1) & 0x7f;
    if (length === 127) return Number(header.readBigUInt64BE(2));
    return length === 126 ? header.readUInt16BE(2) : length;
  }

  return (chunk) => {
    for (let at = 0; at < chunk.length && !exceeded; ) {
      if (payloadLeft > 0) {
        const taken = Math.min(payloadLeft, chunk.length - at);
        payloadLeft -= taken;
        at += taken;
        continue;
      }
      const taken = Math.min(headerLength() - headerRead, chunk.length - at);
      chunk.copy(header, headerRead, at, at + taken);
      headerRead += taken;
      at += taken;
      if (headerRead < headerLength()) continue;
      payloadLeft = payloadLength();
      headerRead = 0;
      exceeded = payloadLeft > limitBytes;
    }
    return exceeded;
  };
}
