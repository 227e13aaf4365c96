import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { OpsError } from '#runtime/errors.ts'
import type { ProviderMark } from '../stand-ins/spoken-script.ts'

const Use = z.object({
  cpuSeconds: z.number(),
  residentMb: z.number(),
  heapMb: z.number(),
  externalMb: z.number(),
})
export type VoiceUse = z.infer<typeof Use>
const Marks = z.array(z.custom<ProviderMark>((mark) => typeof mark === 'object'))

class VoiceEndedError extends OpsError {
  override readonly name = 'VoiceEndedError'
  readonly code = 'bench_voice_ended'
  readonly retryable = false
  readonly userMessage = 'The voice agent that was measured ended early; what it wrote above says why.'
}

/** The voice agent in a process of its own. */
export interface VoiceChild extends AsyncDisposable {
  url: string
  /** What it has used until now, after a collection. */
  use(): Promise<VoiceUse>
  /** What has gone through the ports of its providers since they were asked for last. */
  marks(): Promise<readonly ProviderMark[]>
}

/** @param providersUrl Where its recogniser, model and voice are. */
export async function startVoiceChild(providersUrl: string): Promise<VoiceChild> {
  const script = join(import.meta.dirname, 'voice-process.ts')
  const args = ['--expose-gc', '--disable-warning=ExperimentalWarning', script, providersUrl]
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.on('error', () => undefined)
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const nextLine = async (): Promise<unknown> => {
    const next = await lines.next()
    if (next.done === true) throw new VoiceEndedError('the measured process ended')
    return JSON.parse(next.value)
  }
  const { url } = z.object({ url: z.string() }).parse(await nextLine())
  return {
    url,
    use: async () => {
      child.stdin.write('use\n')
      return Use.parse(await nextLine())
    },
    marks: async () => {
      child.stdin.write('marks\n')
      return Marks.parse(await nextLine())
    },
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.stdin.end()
      await ended
    },
  }
}
