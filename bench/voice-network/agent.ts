import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { AgentUse } from './agent-use.ts'
import { BenchProcessEndedError } from './errors.ts'

export interface Agent extends AsyncDisposable {
  port: number
  use(): Promise<AgentUse>
}

/** A voice agent in a process of its own. @param providersUrl Where its recogniser, model and voice are. */
export async function startAgent(providersUrl: string): Promise<Agent> {
  const program = fileURLToPath(new URL('./agent-process.ts', import.meta.url))
  const args = ['--disable-warning=ExperimentalWarning', program, providersUrl]
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.on('error', () => undefined)
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const nextLine = async (): Promise<unknown> => {
    const next = await lines.next()
    if (next.done === true) throw new BenchProcessEndedError('the voice agent')
    return JSON.parse(next.value)
  }
  const { port } = z.object({ port: z.number() }).parse(await nextLine())
  return {
    port,
    use: async () => {
      child.stdin.write('use\n')
      return AgentUse.parse(await nextLine())
    },
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.stdin.end()
      await ended
    },
  }
}
