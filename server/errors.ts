import { OpsError } from '#runtime/errors.ts'

/** The address to listen on belongs to another process, or to nobody here. */
export class ListenError extends OpsError {
  override readonly name = 'ListenError'
  readonly code = 'listen_failed'
  readonly retryable = false
  readonly userMessage: string
  constructor(host: string, port: number, cause: unknown) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown'
    super(`Listening on ${host}:${port} failed: ${code}`, { cause })
    this.userMessage = `Nightdesk can't listen on ${host}:${port}: ${remedies[code] ?? code}`
  }
}

const remedies: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another process already does. Stop it, or choose another port with --port or PORT.',
  EACCES: 'ports below 1024 need rights that this user lacks. Choose another with --port or PORT.',
  EADDRNOTAVAIL: 'this machine has no such address. Correct HOST.',
  ENOTFOUND: 'this name is not known. Correct HOST.',
}
