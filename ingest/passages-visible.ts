/** Text as a reader sees it, and what was taken out of it. */
export interface Visible {
  text: string
  hidden: string
}

const fencedOrComment =
  /^([ \t>]*)(`{3,}|~{3,})[^\n]*\n(?:[\s\S]*?\n)?[ \t>]*\2[`~]*[ \t]*(?=\n|$(?![\s\S]))|`[^`\n]*`|<!--[\s\S]*?-->|\{\/\*[\s\S]*?\*\/\}/gm

/** Takes comments out of Markdown and HTML; in code they are code. A line that held nothing else goes too. */
export function visibleText(text: string): Visible {
  if (!text.includes('<!--') && !text.includes('{/*')) return { text: trimmed(text), hidden: '' }
  let hidden = ''
  const marked = text.replace(fencedOrComment, (found) => {
    if (!found.startsWith('<!--') && !found.startsWith('{/*')) return found
    hidden += `${found}\n`
    return '\u0000'
  })
  if (hidden === '') return { text: trimmed(text), hidden }
  return { text: trimmed(marked.replaceAll(/^[ \t>]*\0[ \t]*\n/gm, '').replaceAll('\u0000', '')), hidden }
}

/** Without blank lines at its ends; indentation of its first line stays. */
function trimmed(text: string): string {
  return text.replace(/^(?:[ \t]*\n)+/, '').trimEnd()
}
