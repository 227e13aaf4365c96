import pino, { type Logger } from 'pino'

export type Log = Pick<Logger, 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'child'>

/** Fields that never reach a log line: credentials always, people's words (`content`) unless switched on. */
const credentials = ['token', 'apiKey', 'authorization', 'password', 'secret', 'cookie']

export interface LogOptions {
  level: string
  /** Log questions, transcripts and page text, which stand under `content` only. */
  content: boolean
  destination?: pino.DestinationStream
}

/** The one logger: JSON lines on stderr, a fixed sentence and fields. */
export function createLog(options: LogOptions): Log {
  const redact = credentials.flatMap((name) => [name, `*.${name}`, `*.*.${name}`])
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: pino.stdSerializers.err },
      redact: { paths: options.content ? redact : [...redact, 'content', '*.content'], censor: '[redacted]' },
    },
    options.destination ?? pino.destination({ fd: 2, sync: true }),
  )
}

/** For tests and libraries that need a log and say nothing. */
export const silentLog: Log = pino({ level: 'silent' })
