import type { Lang } from '#knowledge/document.ts'
import type { ConversationState, StateMachine } from './machine.ts'
import { clientTools } from './machine.ts'
import { escaped, machineSvg } from './machine-drawing.ts'

const words = {
  en: {
    title: 'States of a conversation',
    about:
      'How Nightdesk talks is a list of states. Each has its instructions, the tools that may be called in it, and what leads on from it; what is not listed is not understood there, and is answered as a question.',
    begins: 'begins here',
    tools: 'May be called',
    none: 'nothing',
    moves: 'Leads on',
    stays: 'stays here',
    back: 'back to where it was',
    clientTools: "the client's own tools",
    operations: 'Operations',
    otherLanguage: '日本語',
    theme: 'Light or dark',
  },
  ja: {
    title: '会話の状態',
    about:
      'Nightdeskの話し方は状態の一覧です。状態ごとに、指示、呼び出せるツール、次に進むきっかけが決まっています。一覧にない言葉は質問として答えます。',
    begins: 'ここから始まる',
    tools: '呼び出せるツール',
    none: 'なし',
    moves: '次に進む',
    stays: 'このまま',
    back: '元の状態に戻る',
    clientTools: 'クライアント側のツール',
    operations: '運用',
    otherLanguage: 'English',
    theme: '明るさの切り替え',
  },
} as const

/** The page that shows a machine: its picture, and each state with all that it says. @param assets Address of the page's files. */
export function machinePage(machine: StateMachine, assets: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${words.en.title} · Nightdesk</title>
<link rel="icon" href="${assets}/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="${assets}/page.css">
<link rel="stylesheet" href="${assets}/operations.css">
<link rel="stylesheet" href="${assets}/states.css">
<script src="${assets}/theme.ts"></script>
<script type="module" src="${assets}/states.ts"></script>
</head>
<body class="operations">
${inLanguage(machine, 'en')}
${inLanguage(machine, 'ja')}
</body>
</html>
`
}

function inLanguage(machine: StateMachine, lang: Lang): string {
  const said = words[lang]
  return `<div class="states" lang="${lang}"${lang === 'ja' ? ' hidden' : ''}>
<header class="bar">
<a class="brand" href="/">☾ Nightdesk</a><span class="here">${said.title}</span><span class="gap"></span>
<a class="to-ask" href="/operations">${said.operations}</a>
<button type="button" data-does="language" lang="${lang === 'en' ? 'ja' : 'en'}">${said.otherLanguage}</button>
<button type="button" data-does="theme" aria-label="${said.theme}" title="${said.theme}">◑</button>
</header>
<main class="operations-desk">
<h1>${said.title}</h1>
<p class="said">${said.about}</p>
<figure>${machineSvg(machine, lang)}</figure>
<div class="state-cards">
${machine.states.map((state) => card(state, machine, lang)).join('\n')}
</div>
</main>
</div>`
}

function card({ id, instructions, tools, transitions }: ConversationState, machine: StateMachine, lang: Lang): string {
  const said = words[lang]
  const called = tools.map((tool) =>
    tool === clientTools ? `<li>${said.clientTools}</li>` : `<li><code>${escaped(tool)}</code></li>`,
  )
  const target = (to: string): string => {
    if (to === 'same' || to === id) return `<span>${said.stays}</span>`
    if (to === 'previous') return `<span>${said.back}</span>`
    return `<a href="#${lang}-${escaped(to)}">${escaped(to)}</a>`
  }
  const moves = [...Map.groupBy(transitions, ({ to }) => to)].map(
    ([to, causes]) => `<li>${causes.map(({ on }) => `<code>${escaped(on)}</code>`).join(' ')} → ${target(to)}</li>`,
  )
  return `<section class="state-card" id="${lang}-${escaped(id)}">
<h2>${escaped(id)}${id === machine.initial ? ` <small>${said.begins}</small>` : ''}</h2>
<p>${escaped(instructions[lang])}</p>
<h3>${said.tools}</h3><ul class="tools">${called.length === 0 ? `<li>${said.none}</li>` : called.join('')}</ul>
<h3>${said.moves}</h3><ul class="moves">${moves.join('')}</ul>
</section>`
}
