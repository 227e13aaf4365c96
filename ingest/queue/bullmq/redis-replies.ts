/** What Redis answered instead of a reply; the connection is fine. */
export class RedisReplyError extends Error {
  override readonly name = 'RedisReplyError'
}

export type Reply = string | number | null | RedisReplyError | readonly Reply[]

/** A piece of a reply isn't here yet. */
const incomplete = Symbol('incomplete')

const carriageReturn = 0x0d

/** Cuts what comes over the wire into replies of RESP 2 (redis.io/docs/latest/develop/reference/protocol-spec). */
export class ReplyReader {
  #received: Buffer = Buffer.alloc(0)
  #at = 0
  /** Nothing can be whole before so many bytes have come; saves reading a large reply again with each piece of it. */
  #enough = 0

  /** @returns The replies that are whole now. @throws {Error} When it isn't RESP. */
  push(chunk: Buffer): Reply[] {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk])
    const replies: Reply[] = []
    while (this.#received.length > 0 && this.#received.length >= this.#enough) {
      this.#at = 0
      this.#enough = 0
      const reply = this.#read()
      if (reply === incomplete) {
        this.#enough = Math.max(this.#enough, this.#received.length + 1)
        break
      }
      replies.push(reply)
      this.#received = this.#received.subarray(this.#at)
    }
    return replies
  }

  #read(): Reply | typeof incomplete {
    const line = this.#line()
    if (line === undefined) return incomplete
    const rest = line.slice(1)
    switch (line[0]) {
      case '+':
        return rest
      case '-':
        return new RedisReplyError(rest)
      case ':':
        return Number(rest)
      case '$':
        return this.#bulk(Number(rest))
      case '*':
        return this.#array(Number(rest))
      default:
        throw new Error('what answers is no Redis')
    }
  }

  #line(): string | undefined {
    const end = this.#received.indexOf(carriageReturn, this.#at)
    if (end === -1 || end + 1 >= this.#received.length) return undefined
    const line = this.#received.toString('latin1', this.#at, end)
    this.#at = end + 2
    return line
  }

  #bulk(length: number): string | null | typeof incomplete {
    if (length < 0) return null
    const end = this.#at + length
    if (end + 2 > this.#received.length) {
      this.#enough = end + 2
      return incomplete
    }
    const text = this.#received.toString('utf8', this.#at, end)
    this.#at = end + 2
    return text
  }

  #array(length: number): readonly Reply[] | null | typeof incomplete {
    if (length < 0) return null
    const items: Reply[] = []
    for (let n = 0; n < length; n++) {
      const item = this.#read()
      if (item === incomplete) return incomplete
      items.push(item)
    }
    return items
  }
}
