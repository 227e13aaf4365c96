/** Notion writes one id in many ways: with hyphens and without, in capitals, at the end of an address. */
const anyId = /[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}/gi

/** The id as the API writes it: lower case, with hyphens. Of an address the page's, not the view's; undefined for no id. */
export function notionId(text: string): string | undefined {
  const path = text.replace(/^https?:\/\/[^/]+/, '').split(/[?#]/)[0] ?? ''
  const digits = [...path.matchAll(anyId)].at(-1)?.[0].replaceAll('-', '').toLowerCase()
  if (digits === undefined) return undefined
  const parts = [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20)]
  return parts.join('-')
}

/** Where a page or database is looked at, for those whose address we weren't told. */
export function urlOfId(id: string): string {
  return `https://www.notion.so/${id.replaceAll('-', '')}`
}

/** The page at the block. */
export function urlOfBlock(pageUrl: string, blockId: string): string {
  return pageUrl + blockAnchor(blockId)
}

/** What leads from a page's address to a block on it. */
export function blockAnchor(blockId: string): string {
  return `#${blockId.replaceAll('-', '')}`
}
