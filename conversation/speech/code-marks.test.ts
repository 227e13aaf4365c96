import { describe, expect, it } from 'vitest'
import { withCodeMarks } from './code-marks.ts'

describe('what is said of an answer', () => {
  it.each([
    [
      'First step: List it: kubectl exec db-1 -- psql -l. Done.',
      '1. List it: `kubectl exec db-1 -- psql -l`. [1]',
      'First step: List it: `kubectl exec db-1 -- psql -l`. Done.',
    ],
    ['The command is: docker ps -a.', 'Run:\n\n```sh\n$ docker ps -a\n```\n', 'The command is: `docker ps -a`.'],
    ['Then type C:\\bin\\x -a now.', '`C:\\bin\\x -a`', 'Then type `C:\\bin\\x -a` now.'],
    ['Run make test all.', '`make test` or `make test all`', 'Run `make test all`.'],
    ['再起動は systemctl stop kafka です。', '`systemctl stop kafka`', '再起動は `systemctl stop kafka` です。'],
  ])('has its commands marked: %s', (spoken, written, marked) => {
    expect(withCodeMarks(spoken, written)).toBe(marked)
  })

  it('stays as it is where nothing in it is a command', () => {
    expect(withCodeMarks('Restart redis.', 'Restart `redis`. [1]')).toBe('Restart redis.')
    expect(withCodeMarks('Restart `a b`.', '`a b`')).toBe('Restart `a b`.')
  })
})
