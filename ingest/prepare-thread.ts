import { parentPort } from 'node:worker_threads'
import { reasonOf } from '#runtime/errors.ts'
import { prepareEntry } from './index-entry.ts'
import { answerToWire, fromWire, type WireAnswer, type WireRequest } from './prepare-wire.ts'

/** A thread of `preparing()`: makes one entry after the other ready. */
parentPort?.on('message', (request: WireRequest) => parentPort?.postMessage(answer(request)))

parentPort?.postMessage('ready')

function answer(request: WireRequest): WireAnswer {
  try {
    return answerToWire(prepareEntry(fromWire(request), request.source))
  } catch (error) {
    return { kind: 'failed', reason: reasonOf(error) }
  }
}
