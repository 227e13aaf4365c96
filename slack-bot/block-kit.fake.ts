type Json = Readonly<Record<string, unknown>>

const mostBlocks = { message: 50, view: 100 } as const
/** Undocumented; measured at about 13,200 characters of JSON (github.com/slackapi/bolt-js/issues/2509). */
const mostMessageChars = 13_000

/** What Slack answers to these blocks: undefined, or the error with what is wrong where. */
export function faultOfBlocks(
  blocks: unknown,
  surface: 'message' | 'view',
): { error: string; why: string } | undefined {
  if (!Array.isArray(blocks)) return { error: 'invalid_blocks_format', why: 'no array' }
  if (blocks.length > mostBlocks[surface]) return { error: 'invalid_blocks', why: `${blocks.length} blocks` }
  if (surface === 'message' && JSON.stringify(blocks).length > mostMessageChars)
    return { error: 'msg_blocks_too_long', why: `${JSON.stringify(blocks).length} characters` }
  const ids = blocks.flatMap((block: unknown) =>
    isJson(block) && block.block_id !== undefined ? [block.block_id] : [],
  )
  if (new Set(ids).size !== ids.length) return { error: 'invalid_blocks', why: 'block_id twice' }
  for (const [at, block] of blocks.entries()) {
    const why = isJson(block) ? faultOfBlock(block, surface) : 'no object'
    if (why !== undefined) return { error: 'invalid_blocks', why: `/blocks/${at}: ${why}` }
  }
  return undefined
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function list(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter(isJson) : []
}

function faultOfBlock(block: Json, surface: 'message' | 'view'): string | undefined {
  if (block.block_id !== undefined && lengthOf(block.block_id, 1, 255) !== undefined) return 'block_id'
  switch (block.type) {
    case 'section':
      return first([
        block.text === undefined && block.fields === undefined ? 'neither text nor fields' : undefined,
        block.text === undefined ? undefined : faultOfText(block.text, 3000),
        block.accessory === undefined ? undefined : faultOfElement(block.accessory),
      ])
    case 'header':
      return faultOfText(block.text, 150, 'plain_text')
    case 'divider':
      return undefined
    case 'context': {
      const elements = list(block.elements)
      return first([count(elements, 1, 10), ...elements.map((element) => faultOfText(element, 3000))])
    }
    case 'actions': {
      const elements = list(block.elements)
      const ids = elements.map(({ action_id }) => action_id)
      return first([
        count(elements, 1, 25),
        new Set(ids).size === ids.length ? undefined : 'action_id twice',
        ...elements.map(faultOfElement),
      ])
    }
    case 'markdown':
      return lengthOf(block.text, 1, 12_000)
    case 'rich_text':
      return first([count(list(block.elements), 1, 200), ...list(block.elements).map(faultOfRichText)])
    case 'input':
      return surface === 'message'
        ? 'input stands in views only'
        : first([faultOfText(block.label, 2000, 'plain_text'), faultOfElement(block.element)])
    default:
      return `unsupported type ${textOf(block.type)}`
  }
}

function faultOfElement(element: unknown): string | undefined {
  if (!isJson(element)) return 'no element'
  const id = lengthOf(element.action_id, 1, 255)
  switch (element.type) {
    case 'button':
      return first([
        id,
        faultOfText(element.text, 75, 'plain_text'),
        element.value === undefined ? undefined : lengthOf(element.value, 1, 2000),
        element.url === undefined ? undefined : lengthOf(element.url, 1, 3000),
        element.style === undefined || element.style === 'primary' || element.style === 'danger' ? undefined : 'style',
      ])
    case 'overflow':
      return first([
        id,
        count(list(element.options), 1, 5),
        ...list(element.options).flatMap((option) => [
          faultOfText(option.text, 75, 'plain_text'),
          lengthOf(option.value, 1, 150),
        ]),
      ])
    case 'plain_text_input':
      return id
    default:
      return `unsupported element ${textOf(element.type)}`
  }
}

function faultOfRichText(element: Json): string | undefined {
  switch (element.type) {
    case 'rich_text_section':
    case 'rich_text_quote':
    case 'rich_text_preformatted':
      return first([
        count(list(element.elements), 1, 500),
        ...list(element.elements).map((piece) => faultOfPiece(piece, element.type === 'rich_text_preformatted')),
      ])
    case 'rich_text_list':
      return first([
        element.style === 'bullet' || element.style === 'ordered' ? undefined : 'style of a list',
        element.indent === undefined || (Number(element.indent) >= 0 && Number(element.indent) <= 8)
          ? undefined
          : 'indent',
        count(list(element.elements), 1, 200),
        ...list(element.elements).map((item) => (item.type === 'rich_text_section' ? faultOfRichText(item) : 'item')),
      ])
    default:
      return `unsupported rich text ${textOf(element.type)}`
  }
}

function faultOfPiece(piece: Json, isCode: boolean): string | undefined {
  switch (piece.type) {
    case 'text':
      return lengthOf(piece.text, 1, 3000)
    case 'link':
      return first([lengthOf(piece.url, 1, 3000), /^(https?|mailto):/.test(textOf(piece.url)) ? undefined : 'url'])
    case 'user':
      return isCode ? 'a mention in code' : lengthOf(piece.user_id, 1, 20)
    default:
      return `unsupported piece ${textOf(piece.type)}`
  }
}

function faultOfText(text: unknown, most: number, only?: 'plain_text'): string | undefined {
  if (!isJson(text)) return 'no text object'
  if (text.type !== 'plain_text' && (text.type !== 'mrkdwn' || only === 'plain_text'))
    return `type ${textOf(text.type)}`
  return lengthOf(text.text, 1, most)
}

function lengthOf(text: unknown, least: number, most: number): string | undefined {
  if (typeof text !== 'string') return 'no text'
  return text.length < least || text.length > most ? `${text.length} characters, not ${least} to ${most}` : undefined
}

function count(elements: readonly unknown[], least: number, most: number): string | undefined {
  return elements.length < least || elements.length > most ? `${elements.length} elements` : undefined
}

function first(faults: readonly (string | undefined)[]): string | undefined {
  return faults.find((fault) => fault !== undefined)
}

/** All the words that somebody would read in these blocks, wherever they stand. */
export function wordsIn(blocks: unknown): string {
  if (Array.isArray(blocks)) return blocks.map(wordsIn).filter(Boolean).join('\n')
  if (!isJson(blocks)) return ''
  const own =
    blocks.type === 'user' ? `<@${textOf(blocks.user_id)}>` : typeof blocks.text === 'string' ? blocks.text : ''
  const joint = blocks.type === 'rich_text_section' || blocks.type === 'rich_text_preformatted' ? '' : '\n'
  const inside = Object.entries(blocks)
    .filter(([key]) => key !== 'value' && key !== 'text')
    .map(([, value]) => (Array.isArray(value) ? value.map(wordsIn).filter(Boolean).join(joint) : wordsIn(value)))
  return [own, wordsIn(blocks.text), ...inside].filter(Boolean).join('\n')
}

/** Every button in these blocks. */
export function buttonsIn(blocks: unknown): { action_id: string; value: string; text: string; block_id: string }[] {
  return list(blocks).flatMap((block) =>
    [...list(block.elements), ...(isJson(block.accessory) ? [block.accessory] : [])]
      .filter(({ type }) => type === 'button')
      .map((button) => ({
        action_id: textOf(button.action_id),
        value: textOf(button.value),
        text: isJson(button.text) ? textOf(button.text.text) : '',
        block_id: textOf(block.block_id),
      })),
  )
}

/** Texts and numbers as they are; anything else is none. */
export function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}
