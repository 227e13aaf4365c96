/** HTML that is safe to put into a page as it is. */
export class Markup {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

type Held = Markup | string | number | undefined | readonly Held[]

/** Escapes everything that isn't markup itself. */
export function html(texts: TemplateStringsArray, ...held: readonly Held[]): Markup {
  return new Markup(texts.reduce((page, text, at) => `${page}${shown(held[at - 1])}${text}`))
}

function shown(held: Held): string {
  if (held === undefined) return ''
  if (held instanceof Markup) return held.text
  if (typeof held === 'string') return escaped(held)
  return typeof held === 'number' ? String(held) : held.map(shown).join('')
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}
