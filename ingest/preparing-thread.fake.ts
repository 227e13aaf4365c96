import { parentPort } from 'node:worker_threads'
import { prepareEntry } from './index-entry.ts'
import { answerToWire, fromWire, type WireRequest } from './prepare-wire.ts'

/** A thread that goes wrong in the way that an entry's text says. */
parentPort?.on('message', (request: WireRequest) => {
  const { content } = request.raw
  if (content === 'hang') for (;;);
  if (content === 'end') process.exit(3)
  if (content === 'throw') throw new Error('boom')
  if (content === 'fill the memory') {
    const held: number[][] = []
    for (;;) held.push(Array(1e6).fill(Math.random()))
  }
  parentPort?.postMessage(answerToWire(prepareEntry(fromWire(request), request.source)))
})
parentPort?.postMessage('ready')
