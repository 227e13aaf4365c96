import { switchTheme } from './bar.ts'
import { type PageLang, preferredLang } from './words.ts'

const langKey = 'nightdesk.lang'
const themeKey = 'nightdesk.theme'

/** The page is there in both languages; one of them is shown. */
function show(lang: PageLang): void {
  document.documentElement.lang = lang
  for (const part of document.querySelectorAll<HTMLElement>('.states')) part.hidden = part.lang !== lang
}

for (const button of document.querySelectorAll('button[data-does="theme"]'))
  button.addEventListener('click', () => switchTheme(themeKey))
for (const button of document.querySelectorAll<HTMLElement>('button[data-does="language"]'))
  button.addEventListener('click', () => {
    const other = button.lang === 'ja' ? 'ja' : 'en'
    localStorage.setItem(langKey, other)
    show(other)
  })
show(preferredLang(localStorage.getItem(langKey), navigator.languages))
