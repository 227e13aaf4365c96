import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Place } from './place.ts'

/** A worker process that is killed and started again. */
export class ChaosWorker implements AsyncDisposable {
  readonly #place: Place
  #child: ChildProcess

  constructor(place: Place) {
    this.#place = place
    this.#child = this.#begin()
  }

  /** kill -9, and at once another one. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL')
    this.#child = this.#begin()
  }

  /** As it is asked to stop. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end('SIGTERM')
  }

  #begin(): ChildProcess {
    const script = join(import.meta.dirname, 'worker-process.ts')
    const args = ['--disable-warning=ExperimentalWarning', script, JSON.stringify(this.#place)]
    return spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] })
  }

  async #end(by: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const child = this.#child
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill(by)
    await ended
  }
}
