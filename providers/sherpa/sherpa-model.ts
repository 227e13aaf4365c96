import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import type { SherpaAnswer, SherpaAsk, SherpaStart } from './wire.ts'

/** A model of sherpa-onnx failed; `fatal`: it can't be used at all. */
export class SherpaFailure extends Error {
  override readonly name = 'SherpaFailure'
  readonly fatal: boolean
  constructor(reason: string, fatal: boolean) {
    super(reason)
    this.fatal = fatal
  }
}

type Wanted = Omit<Extract<SherpaAsk, { kind: 'hear' }>, 'id'> | Omit<Extract<SherpaAsk, { kind: 'say' }>, 'id'>

/** One model in a process of its own, started when it is first needed. */
export class SherpaModel implements AsyncDisposable {
  readonly #start: SherpaStart
  readonly #waiting = new Map<number, PromiseWithResolvers<SherpaAnswer>>()
  #process: ChildProcess | undefined
  #ids = 0

  constructor({
    modulePath = 'sherpa-onnx-node',
    ...start
  }: Omit<SherpaStart, 'modulePath'> & { modulePath?: string | undefined }) {
    this.#start = { modulePath, ...start }
  }

  /** What isn't waited for any more is computed to its end all the same. @throws {SherpaFailure} */
  async ask(wanted: Wanted, signal: AbortSignal): Promise<Exclude<SherpaAnswer, { kind: 'failed' }>> {
    signal.throwIfAborted()
    const id = ++this.#ids
    const waiting = Promise.withResolvers<SherpaAnswer>()
    const stop = (): void => waiting.reject(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
    this.#waiting.set(id, waiting)
    try {
      this.#running().send({ ...wanted, id })
      const answer = await waiting.promise
      if (answer.kind === 'failed') throw new SherpaFailure(answer.reason, answer.fatal)
      return answer
    } finally {
      signal.removeEventListener('abort', stop)
      this.#waiting.delete(id)
    }
  }

  #running(): ChildProcess {
    if (this.#process !== undefined) return this.#process
    const child = fork(join(import.meta.dirname, 'sherpa-process.ts'), [JSON.stringify(this.#start)], {
      serialization: 'advanced',
      execArgv: [],
      // What it complains of is told by how it ends.
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    child.unref()
    child.channel?.unref()
    child.on('message', (answer: SherpaAnswer) => this.#waiting.get(answer.id)?.resolve(answer))
    const failed = (reason: string): void => {
      if (this.#process === child) this.#process = undefined
      for (const { reject } of this.#waiting.values()) reject(new SherpaFailure(reason, true))
    }
    child.on('error', (error) => failed(error.message))
    child.on('exit', (code, by) =>
      failed(`its process ended (${by ?? code}): the model can't be read, or memory ran out`),
    )
    this.#process = child
    return child
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process?.kill()
  }
}
