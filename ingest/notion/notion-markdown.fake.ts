import type { FakeBlock, FakePage } from './notion-workspace.fake.ts'

/** Blocks that the markdown format has no word for. */
const unsupported = new Set(['bookmark', 'embed', 'link_preview', 'template', 'unsupported'])

export interface FakeMarkdown {
  markdown: string
  unknown: string[]
}

/** Blocks in enhanced Markdown, the way the endpoint writes them: tabs, tags, attributes and escapes. */
export function enhancedMarkdown(
  page: Pick<FakePage, 'id'>,
  blocks: readonly FakeBlock[],
  { limit, find }: { limit: number; find: (id: string) => FakeBlock | undefined },
): FakeMarkdown {
  const unknown: string[] = []
  let written = 0
  const url = (block: FakeBlock) =>
    `https://www.notion.so/${page.id.replaceAll('-', '')}#${block.id.replaceAll('-', '')}`
  const write = (block: FakeBlock, depth: number, number: number): string[] => {
    const tabs = '\t'.repeat(depth)
    if (++written > limit) {
      unknown.push(block.id)
      return [`${tabs}<unknown url="${url(block)}" alt="block"/>`]
    }
    const below = (more = 1) => all(block.children, depth + more)
    const { content, type } = block
    const text = textOf(content.rich_text)
    switch (type) {
      case 'paragraph':
        return [`${tabs}${text || '<empty-block/>'}`, ...below()]
      case 'heading_1':
      case 'heading_2':
      case 'heading_3':
      case 'heading_4': {
        const toggle = content.is_toggleable === true ? ' {toggle="true"}' : ''
        return [`${tabs}${'#'.repeat(Number(type.at(-1)))} ${text}${toggle}`, ...below()]
      }
      case 'bulleted_list_item':
        return [`${tabs}- ${text}`, ...below()]
      case 'numbered_list_item':
        return [`${tabs}${number}. ${text}`, ...below()]
      case 'to_do':
        return [`${tabs}- [${content.checked === true ? 'x' : ' '}] ${text}`, ...below()]
      case 'quote':
        return [`${tabs}> ${text} {color="blue"}`, ...below()]
      case 'toggle':
        return [`${tabs}<details>`, `${tabs}<summary>${text}</summary>`, ...below(), `${tabs}</details>`]
      case 'callout':
        return [
          `${tabs}<callout icon="${iconOf(content)}" color="gray_bg">`,
          `${tabs}\t${text}`,
          ...below(),
          `${tabs}</callout>`,
        ]
      case 'code': {
        const lines = plainOf(content.rich_text).split('\n')
        return [`${tabs}\`\`\`${String(content.language)}`, ...lines.map((line) => tabs + line), `${tabs}\`\`\``]
      }
      case 'equation':
        return [`${tabs}$$`, `${tabs}${String(content.expression)}`, `${tabs}$$`]
      case 'divider':
        return [`${tabs}---`]
      case 'table':
        return tableLines(block, tabs)
      case 'column_list':
        return [`${tabs}<columns>`, ...below(), `${tabs}</columns>`]
      case 'column':
        return [`${tabs}<column>`, ...below(), `${tabs}</column>`]
      case 'synced_block':
        return synced(block, depth)
      case 'child_page':
        return [
          `${tabs}<page url="https://www.notion.so/${block.id.replaceAll('-', '')}">${String(content.title)}</page>`,
        ]
      case 'child_database':
        return [
          `${tabs}<database url="https://www.notion.so/${block.id.replaceAll('-', '')}" inline="false">${String(content.title)}</database>`,
        ]
      default:
        return [
          unsupported.has(type)
            ? `${tabs}<unknown url="${url(block)}" alt="${type}"/>`
            : `${tabs}<${type} src="${mediaUrl(content)}">${textOf(content.caption)}</${type}>`,
        ]
    }
  }
  const synced = (block: FakeBlock, depth: number): string[] => {
    const tabs = '\t'.repeat(depth)
    const from = block.content.synced_from
    const isCopy = typeof from === 'object' && from !== null && 'block_id' in from
    const original = isCopy ? find(String(from.block_id)) : block
    const tag = isCopy ? 'synced_block_reference' : 'synced_block'
    return [
      `${tabs}<${tag} url="${url(original ?? block)}">`,
      ...all(original?.children ?? [], depth + 1),
      `${tabs}</${tag}>`,
    ]
  }
  const all = (level: readonly FakeBlock[], depth: number): string[] => {
    let number = 0
    return level.flatMap((block) => {
      number = block.type === 'numbered_list_item' ? number + 1 : 0
      return write(block, depth, number)
    })
  }
  return { markdown: all(blocks, 0).join('\n'), unknown }
}

function tableLines(block: FakeBlock, tabs: string): string[] {
  const rows = block.children.flatMap((row) => {
    const cells = Array.isArray(row.content.cells) ? row.content.cells : []
    return [`${tabs}\t<tr>`, ...cells.map((cell) => `${tabs}\t\t<td>${textOf(cell)}</td>`), `${tabs}\t</tr>`]
  })
  const header = block.content.has_column_header === true ? ' header-row="true"' : ''
  return [`${tabs}<table${header}>`, ...rows, `${tabs}</table>`]
}

function iconOf(content: Record<string, unknown>): string {
  const icon = content.icon
  return typeof icon === 'object' && icon !== null && 'emoji' in icon ? String(icon.emoji) : ''
}

function mediaUrl(content: Record<string, unknown>): string {
  const external = content.external
  return typeof external === 'object' && external !== null && 'url' in external ? String(external.url) : ''
}

function runsOf(text: unknown): { plain: string; code: boolean; bold: boolean }[] {
  if (!Array.isArray(text)) return []
  return text.map((run: { plain_text?: string; annotations?: { code?: boolean; bold?: boolean } }) => ({
    plain: run.plain_text ?? '',
    code: run.annotations?.code === true,
    bold: run.annotations?.bold === true,
  }))
}

function plainOf(text: unknown): string {
  return runsOf(text)
    .map(({ plain }) => plain)
    .join('')
}

function textOf(text: unknown): string {
  return runsOf(text)
    .map(({ plain, code, bold }) => {
      if (code) return `\`${plain}\``
      const escaped = plain.replaceAll(/[\\*~`$[\]<>{}|^]/g, '\\$&').replaceAll('\n', '<br>')
      return bold ? `**${escaped}**` : escaped
    })
    .join('')
}
