import { textOf } from './block-kit.fake.ts'

type Json = Readonly<Record<string, unknown>>

/** A message or a view as Slack would show it, near enough to be looked at. */
export interface Shown {
  who: string
  /** Under the one before. */
  inThread?: boolean
  /** Seen by one person alone. */
  isEphemeral?: boolean
  text: string
  blocks: unknown
}

/** One page with a conversation on it, in light or dark. */
export function conversationPage(title: string, shown: readonly Shown[], theme: 'light' | 'dark'): string {
  const messages = shown.map(messageHtml).join('\n')
  return `<!doctype html><html lang="en" data-theme="${theme}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${html(title)}</title><style>${style}</style><main><h1>${html(title)}</h1>${messages}</main></html>`
}

function messageHtml({ who, inThread, isEphemeral, text, blocks }: Shown): string {
  const classes = ['message', ...(inThread === true ? ['reply'] : [])].join(' ')
  const initial = who.slice(0, 1)
  const body = isList(blocks) && blocks.length > 0 ? blocksHtml(blocks) : `<p>${mrkdwn(text)}</p>`
  const alone = isEphemeral === true ? '<p class="alone">Only visible to you</p>' : ''
  return `<article class="${classes}"><div class="face">${html(initial)}</div><div class="said"><b>${html(who)}</b>${alone}${body}</div></article>`
}

/** @throws {Error} On a block that it doesn't know: nothing is passed over. */
export function blocksHtml(blocks: readonly unknown[]): string {
  return blocks.map((block) => (isJson(block) ? blockHtml(block) : '')).join('\n')
}

function blockHtml(block: Json): string {
  switch (block.type) {
    case 'section':
      return `<div class="section">${textHtml(block.text)}${list(block.fields).map(textHtml).join('')}</div>`
    case 'header':
      return `<h2>${textHtml(block.text)}</h2>`
    case 'divider':
      return '<hr>'
    case 'context':
      return `<div class="context">${list(block.elements).map(textHtml).join(' ')}</div>`
    case 'actions':
      return `<div class="actions">${list(block.elements).map(elementHtml).join('')}</div>`
    case 'input':
      return `<label>${textHtml(block.label)}<textarea rows="3"></textarea></label>${block.hint === undefined ? '' : `<div class="context">${textHtml(block.hint)}</div>`}`
    case 'rich_text':
      return `<div class="rich">${list(block.elements).map(partHtml).join('')}</div>`
    default:
      throw new Error(`a block of type ${textOf(block.type)} can not be shown`)
  }
}

function elementHtml(element: Json): string {
  if (element.type !== 'button') throw new Error(`an element of type ${textOf(element.type)} can not be shown`)
  return `<button class="${textOf(element.style) || 'plain'}">${textHtml(element.text)}</button>`
}

function partHtml(part: Json): string {
  const elements = list(part.elements)
  switch (part.type) {
    case 'rich_text_section':
      return `<p>${elements.map(pieceHtml).join('')}</p>`
    case 'rich_text_quote':
      return `<blockquote>${elements.map(pieceHtml).join('')}</blockquote>`
    case 'rich_text_preformatted':
      return `<pre>${elements.map(({ text }) => html(textOf(text))).join('')}</pre>`
    case 'rich_text_list': {
      const tag = part.style === 'ordered' ? 'ol' : 'ul'
      const start = Number(part.offset ?? 0) + 1
      const indent = Number(part.indent ?? 0)
      const items = elements.map((item) => `<li>${list(item.elements).map(pieceHtml).join('')}</li>`)
      return `<${tag} start="${start}" style="margin-left:${indent * 20}px">${items.join('')}</${tag}>`
    }
    default:
      throw new Error(`rich text of type ${textOf(part.type)} can not be shown`)
  }
}

function pieceHtml(piece: Json): string {
  const style = isJson(piece.style) ? piece.style : {}
  const label = html(textOf(piece.text) || textOf(piece.url)).replaceAll('\n', '<br>')
  const shown =
    piece.type === 'link'
      ? `<a>${label}</a>`
      : piece.type === 'user'
        ? `<i class="mention">@${textOf(piece.user_id)}</i>`
        : label
  return ['bold', 'italic', 'strike', 'code'].reduce((inner, name) => {
    const tags: Readonly<Record<string, string>> = { bold: 'b', italic: 'em', strike: 's', code: 'code' }
    return style[name] === true ? `<${tags[name]}>${inner}</${tags[name]}>` : inner
  }, shown)
}

function textHtml(text: unknown): string {
  if (!isJson(text)) return ''
  return text.type === 'mrkdwn' ? mrkdwn(textOf(text.text)) : html(textOf(text.text))
}

/** Slack's own markup: what is escaped in it stays so. */
function mrkdwn(text: string): string {
  return text
    .replace(/<@(\w+)>/g, '<i class="mention">@$1</i>')
    .replace(/<!date\^\d+\^[^|>]*\|([^>]*)>/g, '$1')
    .replace(/<(https?:[^|>]+)\|([^>]+)>/g, '<a>$2</a>')
    .replace(/<(https?:[^>]+)>/g, '<a>$1</a>')
    .replace(/(^|[\s(])\*([^*\n]+)\*(?=$|[\s).,:])/g, '$1<b>$2</b>')
    .replace(/`([^`\n]+)`/g, '<code>$1</code>')
    .replaceAll('\n', '<br>')
}

function html(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isList(value: unknown): value is unknown[] {
  return Array.isArray(value)
}

function list(value: unknown): Json[] {
  return isList(value) ? value.filter(isJson) : []
}

const style = `
:root { --back: #fff; --text: #1d1c1d; --faint: #616061; --line: #ddd; --code: #f8f8f8; --link: #1264a3; --red: #c01343; --face: #1b2a41; }
[data-theme=dark] { --back: #1a1d21; --text: #d1d2d3; --faint: #ababad; --line: #3e4147; --code: #232529; --link: #1d9bd1; --red: #e8705a; --face: #4a6fa5; }
* { box-sizing: border-box } body { margin: 0; background: var(--back); color: var(--text); font: 15px/1.46 Lato, "Noto Sans", "Noto Sans CJK JP", sans-serif; }
main { max-width: 720px; margin: 0 auto; padding: 16px } h1 { font-size: 18px; border-bottom: 1px solid var(--line); padding-bottom: 8px }
h2 { font-size: 18px; margin: 8px 0 } p { margin: 4px 0 } hr { border: 0; border-top: 1px solid var(--line); margin: 8px 0 }
.message { display: flex; gap: 8px; padding: 8px 0 } .reply { margin-left: 28px; border-left: 2px solid var(--line); padding-left: 12px }
.face { flex: none; width: 36px; height: 36px; border-radius: 6px; background: var(--face); color: #fff; display: grid; place-items: center; font-weight: 700 }
.said { min-width: 0; flex: 1; overflow-wrap: anywhere } .alone, .context { color: var(--faint); font-size: 13px; margin: 2px 0 }
a { color: var(--link) } .mention { color: var(--link); background: color-mix(in srgb, var(--link) 15%, transparent); border-radius: 3px; padding: 0 2px; font-style: normal }
code, pre { font: 12px/1.5 ui-monospace, "DejaVu Sans Mono", monospace; background: var(--code); border: 1px solid var(--line); border-radius: 3px } code { color: var(--red); padding: 1px 3px }
pre { padding: 8px; white-space: pre-wrap } blockquote { margin: 4px 0; padding-left: 12px; border-left: 4px solid var(--line) } ol, ul { margin: 4px 0; padding-left: 24px }
.actions { display: flex; flex-wrap: wrap; gap: 8px; margin: 8px 0 } button { font: 700 13px/1 inherit; padding: 8px 12px; border: 1px solid var(--line); border-radius: 4px; background: var(--back); color: var(--text) }
button.primary { background: #007a5a; border-color: #007a5a; color: #fff } button.danger { background: #e01e5a; border-color: #e01e5a; color: #fff } label { display: block } textarea { width: 100%; background: var(--back); color: var(--text); border: 1px solid var(--line) }
`
