import { spawn } from 'node:child_process'
import { GitFailedError, systemReasonOf } from './errors.ts'

/**
 * Settings that make git's answers the same everywhere, and keep a repository's own configuration from running
 * programs of its choice.
 */
const settings = [
  ['core.fsmonitor', 'false'],
  ['core.hooksPath', '/dev/null'],
  ['core.quotePath', 'false'],
  ['log.showSignature', 'false'],
  ['diff.renameLimit', '2000'],
  ['blame.ignoreRevsFile', ''],
].flatMap(([name, value]) => ['-c', `${name}=${value}`])

/** Variables that would send git to another repository than the one in the folder; hooks set them. */
const misleading = [
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_OBJECT_DIRECTORY',
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_PREFIX',
  'GIT_NAMESPACE',
  'GIT_CEILING_DIRECTORIES',
  'GIT_EXTERNAL_DIFF',
]

/**
 * What git prints, cut at a byte, piece by piece while it is still running; whatever follows the last one comes last.
 * Whoever stops pulling ends git.
 * @throws {GitFailedError} When there is no git, or it ends with a failure.
 */
export async function* gitPieces(
  folder: string,
  args: readonly string[],
  separator: '\0' | '\n',
  signal: AbortSignal,
): AsyncGenerator<string> {
  const what = args[0] ?? ''
  const child = spawn('git', ['-C', folder, ...settings, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: environment(),
    signal,
  })
  let complaint = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (complaint.length < 2000) complaint += text
  })
  const ended = new Promise<number | Error>((resolve) => {
    child.once('error', resolve)
    child.once('close', (code, killedBy) => resolve(code ?? new Error(`ended by ${killedBy}`)))
  })
  try {
    yield* cut(child.stdout, separator)
    const end = await ended
    signal.throwIfAborted()
    if (end instanceof Error) {
      throw new GitFailedError(what, startFailure(end), { cause: end })
    }
    if (end !== 0) throw new GitFailedError(what, complaint.split('\n')[0] ?? `exit ${end}`)
  } finally {
    child.kill('SIGKILL')
  }
}

/** All pieces of what git prints, without the empty one after the last separator. */
export async function gitList(folder: string, args: readonly string[], signal: AbortSignal): Promise<string[]> {
  const pieces = await Array.fromAsync(gitPieces(folder, args, '\0', signal))
  if (pieces.at(-1) === '') pieces.pop()
  return pieces
}

/** What git prints as one text, without the line break at its end. */
export async function gitText(folder: string, args: readonly string[], signal: AbortSignal): Promise<string> {
  const lines = await Array.fromAsync(gitPieces(folder, args, '\n', signal))
  if (lines.at(-1) === '') lines.pop()
  return lines.join('\n')
}

async function* cut(output: AsyncIterable<Buffer>, separator: string): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const bytes of output) {
    const parts = (rest + decoder.decode(bytes, { stream: true })).split(separator)
    rest = parts.pop() ?? ''
    yield* parts
  }
  yield rest + decoder.decode()
}

function environment(): NodeJS.ProcessEnv {
  const kept = Object.fromEntries(Object.entries(process.env).filter(([name]) => !misleading.includes(name)))
  return {
    ...kept,
    LC_ALL: 'C',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
    // A partial clone would otherwise fetch from its remote in the middle of a blame.
    GIT_NO_LAZY_FETCH: '1',
    GIT_PAGER: 'cat',
  }
}

function startFailure(error: Error): string {
  const reason = systemReasonOf(error)
  return reason === 'it does not exist' ? 'git is not installed' : reason
}
