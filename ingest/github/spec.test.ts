import { describe, expect, it } from 'vitest'
import { ConfigError } from '#runtime/errors.ts'
import { parseGithubSpec, trimmedPath } from './spec.ts'

describe('github:OWNER/REPO[@REF][:PATH]', () => {
  it.each([
    ['github:acme/runbooks', { owner: 'acme', repo: 'runbooks' }],
    ['github:acme/run.books@release/1.2', { owner: 'acme', repo: 'run.books', ref: 'release/1.2' }],
    ['github:acme/runbooks:docs/ops/', { owner: 'acme', repo: 'runbooks', path: 'docs/ops' }],
    ['github:acme/runbooks@v2:./docs/a:b@c.md', { owner: 'acme', repo: 'runbooks', ref: 'v2', path: 'docs/a:b@c.md' }],
    ['github:acme/runbooks.git', { owner: 'acme', repo: 'runbooks' }],
    ['github:acme/runbooks:/', { owner: 'acme', repo: 'runbooks' }],
    ['github:acme/.github', { owner: 'acme', repo: '.github' }],
  ])('reads %s', (text, spec) => {
    expect(parseGithubSpec(text)).toEqual({ ref: undefined, path: undefined, ...spec })
  })

  it.each([
    'github:acme',
    'github:acme/',
    'github:/runbooks',
    'acme/runbooks',
    'github:acme/run books',
    'github:acme/runbooks@',
    'github:acme/..',
    'github:https://github.com/acme/runbooks',
  ])('refuses %s', (text) => {
    expect(() => parseGithubSpec(text)).toThrow(ConfigError)
  })

  it('leaves dots inside names alone', () => {
    expect(trimmedPath('./.github/a..b/')).toBe('.github/a..b')
  })
})
