import type { LineDates } from '../source.ts'
import { gitPieces } from './git.ts'

/** Lines from `from` on, up to the next run, that were last changed at one time; `at` in seconds since 1970. */
export interface DatedRun {
  from: number
  lines: number
  at: number
}

export interface BlameRequest {
  /** Top of the work tree. */
  top: string
  /** From the top. */
  path: string
  /** The commit at which the file is looked at; absent: as it is in the work tree. */
  commit?: string | undefined
  /** A file that names the commits to look through. */
  ignoreFile?: string | undefined
  /** When lines that aren't committed yet were written, seconds since 1970. */
  uncommittedAt: number
}

/**
 * When each line was last changed.
 * @throws {GitFailedError} Also when the file isn't in that commit.
 */
export async function blame(request: BlameRequest, signal: AbortSignal): Promise<DatedRun[]> {
  const ignoring = request.ignoreFile === undefined ? [] : ['--ignore-revs-file', request.ignoreFile]
  const commit = request.commit === undefined ? [] : [request.commit]
  const args = ['blame', '--incremental', '--no-textconv', ...ignoring, ...commit, '--', request.path]
  const times = new Map<string, number>()
  const runs: (Omit<DatedRun, 'at'> & { commit: string })[] = []
  let current = ''
  for await (const line of gitPieces(request.top, args, '\n', signal)) {
    const start = /^([0-9a-f]{40,64}) \d+ (\d+) (\d+)$/.exec(line)
    if (start !== null) {
      current = start[1] ?? ''
      runs.push({ commit: current, from: Number(start[2]), lines: Number(start[3]) })
    } else if (line.startsWith('author-time ')) {
      times.set(current, /^0+$/.test(current) ? request.uncommittedAt : Number(line.slice('author-time '.length)))
    }
  }
  return runs
    .map(({ commit: by, from, lines }) => ({ from, lines, at: times.get(by) ?? request.uncommittedAt }))
    .toSorted((one, other) => one.from - other.from)
}

/** @param otherwise For lines that no run covers. */
export function lineDates(runs: readonly DatedRun[], otherwise: Date): LineDates {
  return {
    at(line) {
      const run = runs[lastAtOrBefore(runs, line)]
      return run === undefined || line >= run.from + run.lines ? otherwise : new Date(run.at * 1000)
    },
  }
}

/** Index of the last run that begins at the line or before; -1 when none does. */
function lastAtOrBefore(runs: readonly DatedRun[], line: number): number {
  let low = 0
  let high = runs.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((runs[middle]?.from ?? Infinity) <= line) low = middle + 1
    else high = middle
  }
  return low - 1
}
