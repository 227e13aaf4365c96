import { parentPort } from 'node:worker_threads'
import { reportOf } from './errors.ts'
import type { Outcome, Task } from './thread.ts'

export interface Serving<Ask, Answer> {
  answer: (ask: Ask) => Answer
  /** Called between tasks for as long as it returns true; each call should be short. */
  idle?: () => boolean
  end: () => void
}

/** The other end of a Thread: to be called once by the module that the thread runs. */
export function serve<Ask, Answer>({ answer, idle, end }: Serving<Ask, Answer>): void {
  const port = parentPort
  if (port === null) throw new Error('This module runs in a thread of the store')
  let idling: NodeJS.Immediate | undefined
  const goOn = () => {
    idling = idle?.() === true ? setImmediate(goOn) : undefined
  }
  port.on('message', (task: Task<Ask> | undefined) => {
    if (task === undefined) {
      clearImmediate(idling)
      end()
      port.close()
      return
    }
    port.postMessage(outcomeOf(task, answer))
    idling ??= setImmediate(goOn)
  })
}

function outcomeOf<Ask, Answer>({ id, ask }: Task<Ask>, answer: (ask: Ask) => Answer): Outcome<Answer> {
  try {
    return { id, answer: answer(ask) }
  } catch (error) {
    return { id, failure: reportOf(error) }
  }
}
