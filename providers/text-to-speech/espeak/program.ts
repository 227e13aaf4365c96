import { spawn } from 'node:child_process'

/** How a program ended; `missing`: there is no such program. */
export type ProgramOutcome = { kind: 'done'; output: Buffer } | { kind: 'missing' } | { kind: 'failed'; reason: string }

/** Runs a program over a text. An abort kills it; whatever it had said is dropped. */
export async function programOver(
  text: string,
  program: string,
  args: readonly string[],
  signal: AbortSignal,
): Promise<ProgramOutcome> {
  signal.throwIfAborted()
  const { promise, resolve } = Promise.withResolvers<ProgramOutcome>()
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] })
  const output: Buffer[] = []
  const complaints: Buffer[] = []
  child.stdout.on('data', (bytes: Buffer) => output.push(bytes))
  child.stderr.on('data', (bytes: Buffer) => complaints.push(bytes))
  child.on('error', (error) => {
    const missing = 'code' in error && (error.code === 'ENOENT' || error.code === 'EACCES')
    resolve(missing ? { kind: 'missing' } : { kind: 'failed', reason: error.message })
  })
  child.on('close', (status, killedBy) => {
    const reason = Buffer.concat(complaints).toString('utf8').trim().slice(0, 500)
    if (status === 0) resolve({ kind: 'done', output: Buffer.concat(output) })
    else resolve({ kind: 'failed', reason: `ended with ${killedBy ?? status}: ${reason}` })
  })
  // A program that ends before it has read everything breaks the pipe; its status tells why.
  child.stdin.on('error', () => undefined)
  child.stdin.end(text)
  const kill = () => {
    child.kill('SIGKILL')
  }
  signal.addEventListener('abort', kill)
  try {
    return await promise
  } finally {
    signal.removeEventListener('abort', kill)
    signal.throwIfAborted()
  }
}
