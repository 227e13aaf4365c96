import { expect, it } from 'vitest'
import type { LinkListener, Transport } from './transport.ts'

/** A link and the client at its other end. */
export interface Linked extends AsyncDisposable {
  transport: Transport
  send(json: string): void
  /** What the client has received, once it is so many. */
  received(count: number): Promise<string[]>
  hangUp(): Promise<void>
  /** Once the client knows that it was hung up on. */
  hungUpOn(): Promise<void>
}

/** Everything that is told, in order. */
function listening(transport: Transport) {
  const told: string[] = []
  let changed = Promise.withResolvers<void>()
  const tell = (what: string) => {
    told.push(what)
    changed.resolve()
    changed = Promise.withResolvers()
  }
  const listener: LinkListener = {
    message: (json) => tell(json),
    audio: () => {},
    played: () => tell('played'),
    closed: () => tell('closed'),
  }
  transport.listen(listener)
  return {
    told,
    until: async (count: number) => {
      while (told.length < count) await changed.promise
    },
  }
}

/** What it means to be a client's link. */
export function transportContract(open: () => Promise<Linked>): void {
  const event = (n: number) => `{"event_id":"e${n}"}`
  const events = Array.from({ length: 50 }, (_, n) => event(n))

  it("tells the client's events in order, those from before anybody listened too", async () => {
    await using link = await open()
    for (const json of events.slice(0, 25)) link.send(json)
    await new Promise((resolve) => setTimeout(resolve, 50))
    const { told, until } = listening(link.transport)
    for (const json of events.slice(25)) link.send(json)
    await until(50)
    expect(told).toEqual(events)
  })

  it('sends events in order', async () => {
    await using link = await open()
    listening(link.transport)
    for (const json of events) link.transport.send(json)
    expect(await link.received(50)).toEqual(events)
  })

  it('tells once that the client hung up, and nothing afterwards', async () => {
    await using link = await open()
    const { told, until } = listening(link.transport)
    link.send(event(1))
    await until(1)
    await link.hangUp()
    await until(2)
    link.transport.send(event(2))
    link.transport.close(1000, 'bye')
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(told).toEqual([event(1), 'closed'])
  })

  it('says what was sent before it hangs up', async () => {
    await using link = await open()
    const { told, until } = listening(link.transport)
    for (const json of events) link.transport.send(json)
    link.transport.close(1000, 'bye')
    expect(await link.received(50)).toEqual(events)
    await link.hungUpOn()
    await until(1)
    link.transport.send(event(1))
    link.transport.close(1000, 'bye again')
    expect(told).toEqual(['closed'])
  })
}
