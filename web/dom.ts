type Child = Node | string | undefined | false

interface Attributes {
  [name: string]: string | number | boolean | undefined | ((event: Event) => void)
}

/** An element with attributes, listeners (`onclick`, …) and children; text is always text, never HTML. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(name.slice(2), value)
    else if (value === true) made.setAttribute(name, '')
    else if (value !== undefined && value !== false) made.setAttribute(name, String(value))
  }
  made.append(...children.filter((child) => child !== undefined && child !== false))
  return made
}

/** An icon for the eye only; words stand beside it or in the label of its button. */
export function icon(glyph: string): HTMLElement {
  return element('span', { class: 'icon', 'aria-hidden': 'true' }, glyph)
}

/** A link that opens elsewhere and tells the other side nothing. */
export function outwardLink(href: string, ...children: readonly Child[]): HTMLAnchorElement {
  return element('a', { href, target: '_blank', rel: 'noopener noreferrer' }, ...children)
}

export function isWebAddress(address: string): boolean {
  return /^https?:\/\//i.test(address)
}
