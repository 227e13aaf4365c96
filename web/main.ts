import { ApiError, createApi, type Failure } from './api.ts'
import type { Document, Status } from './api-types.ts'
import { type BarActions, barViews, footViews, switchTheme } from './bar.ts'
import { redeemed, storedCall, takenFromAddress } from './call-link.ts'
import { Composer } from './composer.ts'
import { Connection } from './connection.ts'
import { Conversation } from './conversation.ts'
import { DocumentPanel } from './document-panel.ts'
import { element } from './dom.ts'
import { listenToKeys } from './keys.ts'
import type { Page } from './page.ts'
import { signInView, storedToken } from './sign-in.ts'
import { openVoiceSettings } from './voice/settings-dialog.ts'
import { Stage } from './voice/stage.ts'
import { Talk } from './voice/talk.ts'
import { TalkButton } from './voice/talk-button.ts'
import { listenToTalkKey } from './voice/voice-keys.ts'
import { voiceWordsIn } from './voice/voice-words.ts'
import { examplesView, type LinkState, welcomeView } from './welcome.ts'
import { type PageLang, preferredLang, wordsIn } from './words.ts'

const langKey = 'nightdesk.lang'
const themeKey = 'nightdesk.theme'
/** How many documents the examples are picked from. */
const exampleDocuments = 100
const loadTimeoutMs = 15_000
/** While sources are read for the first time. */
const loadAgainMs = 2000

/** Builds the page and keeps its parts together. */
function start(): void {
  const api = createApi(storedToken.get)
  let lang: PageLang = preferredLang(localStorage.getItem(langKey), navigator.languages)
  let status: Status | undefined
  let documents: readonly Document[] = []
  let link: LinkState | undefined = storedCall.get() === undefined ? undefined : 'taken'

  const page: Page = {
    get words() {
      return wordsIn[lang]
    },
    get lang() {
      return lang
    },
    api,
    openCitation: (citations, n) => panel.openCitation(citations, n, page),
    openDocument: (documentId, passageId) => void panel.open({ documentId, passageId }, page),
    failed,
  }
  const panel = new DocumentPanel()
  const connection = new Connection(
    () => page.words,
    () => void load(),
  )
  /** Aloud while one talks, else in writing; it's one conversation. */
  const ask = (question: string): void => {
    if (talk.isOn) talk.say(question)
    // Who came by a link to a call may talk, and nothing else.
    else if (isCallAlone()) void talk.start().then(() => talk.say(question))
    else void conversation.ask(question)
  }
  const isCallAlone = (): boolean => storedCall.get() !== undefined && storedToken.get() === null
  const conversation = new Conversation(page, update, ask)
  const talk = new Talk({ page, thread: conversation, changed: showTalk, level: (level) => stage.level(level) })
  const stage = new Stage(talk, page, () => void openVoiceSettings(talk, voiceWordsIn[lang]))
  const talkButton = new TalkButton(() => {
    void talk.start()
    stage.element.focus({ preventScroll: true })
  })
  const composer = new Composer(page.words, ask, () => conversation.stop(), talkButton.element)

  const bar = element('header', { class: 'bar' })
  const welcome = element('div', { class: 'welcome-place' })
  const examples = element('div', { class: 'examples-place' })
  const scroller = element('div', { class: 'scroller' }, welcome, conversation.element)
  const desk = element('main', { class: 'desk' }, scroller, stage.element, composer.element, examples)
  const signIn = element('div', { class: 'sign-in-place', hidden: true })
  const foot = element('footer', { class: 'foot' })
  document.body.append(bar, connection.element, element('div', { class: 'layout' }, desk, signIn, panel.element), foot)

  const actions: BarActions = {
    newConversation: undefined,
    otherLanguage() {
      lang = lang === 'en' ? 'ja' : 'en'
      localStorage.setItem(langKey, lang)
      panel.close()
      conversation.render()
      if (!signIn.hidden) showSignIn(false)
      update()
    },
    otherTheme: () => switchTheme(themeKey),
    signOut: undefined,
  }

  function update(): void {
    document.documentElement.lang = lang
    showTalk()
    document.body.classList.toggle('empty', conversation.isEmpty)
    composer.update({ words: page.words, busy: conversation.isBusy, following: !conversation.isEmpty })
    const isSignedIn = storedToken.get() !== null
    bar.replaceChildren(
      ...barViews(page, {
        ...actions,
        newConversation: conversation.isEmpty ? undefined : startAnew,
        signOut: isSignedIn ? signOut : undefined,
      }),
    )
    welcome.replaceChildren(...(conversation.isEmpty ? [welcomeView(page, status, link)] : []))
    examples.replaceChildren(...(conversation.isEmpty ? [examplesView(documents, page, ask)] : []))
    foot.replaceChildren(...footViews(page, status, isSignedIn))
  }

  function showTalk(): void {
    stage.update(talk.view, lang)
    talkButton.update(talk.isOn, voiceWordsIn[lang])
  }

  function stopAnswer(): boolean {
    const isStopped = conversation.isBusy || talk.isBusy
    conversation.stop()
    if (talk.isBusy) talk.stop()
    return isStopped
  }

  function startAnew(): void {
    storedCall.forget()
    link = undefined
    panel.close()
    conversation.clear()
    talk.startAnew()
    composer.focus()
  }

  function signOut(): void {
    storedToken.forget()
    storedCall.forget()
    talk.end()
    conversation.clear()
    documents = []
    void load()
  }

  function failed(failure: Failure): void {
    if (failure.kind === 'unreachable') connection.lost()
    if (failure.kind === 'unauthenticated' && !isCallAlone()) showSignIn(storedToken.get() !== null)
  }

  function showSignIn(wasRefused: boolean): void {
    storedToken.forget()
    panel.close()
    desk.hidden = true
    signIn.hidden = false
    const why = wasRefused ? page.words.wrongToken : link === 'refused' ? page.words.callRefused : undefined
    const view = signInView(page.words, why, (token) => {
      storedToken.set(token)
      void load()
    })
    signIn.replaceChildren(view)
    view.querySelector('input')?.focus()
  }

  /** What is loaded, who we are here, and something to try. */
  async function load(): Promise<void> {
    const signal = AbortSignal.timeout(loadTimeoutMs)
    try {
      status = await api.status(signal)
      if (desk.hidden) {
        desk.hidden = false
        signIn.hidden = true
        composer.focus()
      }
      documents = await api.documents(exampleDocuments, signal)
      if (status.waiting_for.length > 0) setTimeout(() => void load(), loadAgainMs)
    } catch (error) {
      if (error instanceof ApiError) failed(error.failure)
    }
    update()
  }

  /** `#document=ID&passage=ID`: where links to documents without an address of their own lead. */
  function openLinked(): void {
    const linked = new URLSearchParams(location.hash.slice(1))
    const documentId = linked.get('document')
    if (documentId !== null) void panel.open({ documentId, passageId: linked.get('passage') ?? '' }, page)
  }

  /** A conversation that was begun elsewhere, in Slack for instance, goes on here. */
  async function takeUp(): Promise<void> {
    const { conversationId, ticket } = takenFromAddress()
    if (conversationId !== undefined && conversationId !== conversation.id) {
      conversation.clear()
      conversation.continueAs(conversationId)
    }
    if (ticket === undefined) return
    try {
      const call = await redeemed(api, ticket)
      if (call.conversation_id !== conversation.id) conversation.clear()
      conversation.continueAs(call.conversation_id)
      link = 'taken'
    } catch (error) {
      link = 'refused'
      if (error instanceof ApiError && error.failure.kind === 'unreachable') failed(error.failure)
    }
  }

  const takingUp = takeUp()
  listenToKeys({ composer, conversation, panel, stop: stopAnswer })
  listenToTalkKey(talk)
  addEventListener('hashchange', openLinked)
  update()
  composer.focusAtStart()
  void takingUp.then(load).then(openLinked)
}

start()
