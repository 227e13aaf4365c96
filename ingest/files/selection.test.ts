import { expect, it } from 'vitest'
import { selection } from './selection.ts'

const all = [
  'a.md',
  'README',
  'docs/b.MD',
  'docs/guide.rst',
  'docs/deep/c.adoc',
  'rules.yaml',
  'api.json',
  'page.html',
  'notes.ipynb',
]

function taken(paths: readonly string[], include: string[] = [], exclude: string[] = []): string[] {
  const selected = selection(include, exclude)
  return paths.filter((path) => selected.takes(path))
}

it('takes every format that can be read, and nothing else', () => {
  const others = ['main.go', 'key.asc', 'image.png', 'Makefile', 'a.md.bak', 'md', 'README.exe']
  expect(taken([...all, ...others])).toEqual(all)
})

it('leaves out hidden files, installed packages and the files of tools', () => {
  const others = [
    '.hidden.md',
    '.github/a.md',
    'x/node_modules/y/README.md',
    'third_party/z/README.md',
    'package-lock.json',
    'web/tsconfig.build.json',
    'requirements-dev.txt',
  ]
  expect(taken([...others, 'a.md'])).toEqual(['a.md'])
})

it.each([
  [['**/*.md'], ['a.md']],
  [['docs/**'], ['docs/b.MD', 'docs/guide.rst', 'docs/deep/c.adoc']],
  [['docs/'], ['docs/b.MD', 'docs/guide.rst', 'docs/deep/c.adoc']],
  [['/docs/*'], ['docs/b.MD', 'docs/guide.rst']],
  [['./a.md'], ['a.md']],
  [
    ['*.rst', 'api.*'],
    ['docs/guide.rst', 'api.json'],
  ],
])('takes what fits %j', (include, expected) => {
  expect(taken(all, include)).toEqual(expected)
})

it('takes hidden files only by a pattern that names their dot', () => {
  const paths = ['.github/a.md', '.hidden/b.md', 'c.md']
  expect(taken(paths, ['**/*.md'])).toEqual(['c.md'])
  expect(taken(paths, ['.github/**'])).toEqual(['.github/a.md'])
  expect(selection(['.github/**'], []).enters('.github')).toBe(true)
  expect(selection([], []).enters('.github')).toBe(false)
})

it('excludes whatever fits, hidden or not', () => {
  expect(taken(all, [], ['docs/**', '*.json', 'README'])).toEqual(['a.md', 'rules.yaml', 'page.html', 'notes.ipynb'])
  expect(taken(['.github/a.md'], ['.github/**'], ['**/a.md'])).toEqual([])
})
