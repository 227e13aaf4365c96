const fence = /^[ \t]*(`{3,}|~{3,})[^\n]*\n([\s\S]*?)\n[ \t]*\1/gm
const inline = /`([^`\n]+)`/g

/**
 * What is said of an answer comes without marks. Commands that stand as code in what is written are marked as such again, so
 * that they are said sign by sign.
 */
export function withCodeMarks(spoken: string, written: string): string {
  const blocks = Array.from(written.matchAll(fence), ([, , code = '']) => code.split('\n')).flat()
  const spans = Array.from(written.replace(fence, '').matchAll(inline), ([, code = '']) => code)
  const commands = [...blocks.map((line) => line.replace(/^\s*[$#%>]\s+/, '')), ...spans]
    .map((code) => code.trim())
    .filter((code) => /\S\s+\S/.test(code) && spoken.includes(code))
    .toSorted((one, other) => other.length - one.length)
  if (commands.length === 0) return spoken
  const any = [...new Set(commands)].map((code) => code.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|')
  return spoken.replace(new RegExp(`(?<![\\w\`-])(?:${any})(?![\\w\`-])`, 'g'), '`$&`')
}
