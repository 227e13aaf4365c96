import { expect, it } from 'vitest'
import { discussionText } from './discussion-text.ts'

const at = new Date('2025-03-03T09:00:00Z')

function bodyOf(body: string): string {
  return discussionText('Title', 'About.', { body, at }, []).markdown.replace('# Title\n\nAbout.\n\n', '').trimEnd()
}

it('moves headings below the title, and keeps their distances', () => {
  expect(bodyOf('# One\n\n## Two\n\n### Three')).toBe('## One\n\n### Two\n\n#### Three')
  expect(bodyOf('### Alone\n\ntext')).toBe('### Alone\n\ntext')
})

it('writes underlined headings with number signs, line for line', () => {
  expect(bodyOf('Impact\n======\n\ntext\n\nCause\n-----')).toBe('## Impact\n\n\ntext\n\n### Cause')
})

it('takes neither rules nor tables for underlined headings', () => {
  expect(bodyOf('text\n\n---\n\nmore')).toBe('text\n\n---\n\nmore')
  expect(bodyOf('| a | b |\n|---|---|\n| 1 | 2 |')).toBe('| a | b |\n|---|---|\n| 1 | 2 |')
})

it('leaves code as it is, also in a fence that is never closed', () => {
  expect(bodyOf('```\n# comment\n```\n# Heading')).toBe('```\n# comment\n```\n## Heading')
  expect(bodyOf('~~~~\n# comment\n~~~\n# comment')).toBe('~~~~\n# comment\n~~~\n# comment')
})

it('holds up with an empty body', () => {
  expect(discussionText('Title', 'About.', { body: '', at }, []).markdown).toBe('# Title\n\nAbout.\n\n\n')
})
