import type { CommandName } from '../commands.ts'
import { clientTools, type StateMachine, type Transition } from './machine.ts'

export type StateId = 'open' | 'walking' | 'confirming-step' | 'confirming-action' | 'handed-over' | 'closing'

/** Beside what is said: the step that comes next can't be undone. */
type Cause = CommandName | 'irreversible'

type Moves = readonly Transition<StateId, Cause>[]

const anytime: Moves = [
  { on: 'repeat', to: 'same' },
  { on: 'source', to: 'same' },
  { on: 'spell', to: 'same' },
  { on: 'slower', to: 'same' },
  { on: 'faster', to: 'same' },
  { on: 'catch-up', to: 'same' },
]
const actions: Moves = [
  { on: 'post', to: 'confirming-action' },
  { on: 'page-owner', to: 'confirming-action' },
  { on: 'remember', to: 'same' },
]
const looking = ['search', 'read_passage', 'who_owns', 'how_fresh', 'remember', clientTools]

/** How Nightdesk talks: questions any time, a runbook step by step, and nothing irreversible without a yes. */
export const onCallMachine: StateMachine<StateId, Cause> = {
  name: 'on-call',
  initial: 'open',
  states: [
    {
      id: 'open',
      instructions: {
        en: 'Answer questions from the documents. Act only when asked to.',
        ja: '文書をもとに質問に答える。頼まれたときだけ行動する。',
      },
      tools: [...looking, 'post_to_slack', 'page_owner', 'start_walkthrough'],
      transitions: [
        ...anytime,
        ...actions,
        { on: 'stop', to: 'same' },
        { on: 'walk', to: 'walking' },
        { on: 'next', to: 'walking' },
        { on: 'back', to: 'walking' },
        { on: 'where', to: 'same' },
        { on: 'goodbye', to: 'closing' },
      ],
    },
    {
      id: 'walking',
      instructions: {
        en: 'A runbook is being walked through, one step at a time. Keep the position; answer questions in between.',
        ja: '手順書を1ステップずつ案内している。位置を保ち、途中の質問にも答える。',
      },
      tools: [...looking, 'post_to_slack', 'page_owner', 'start_walkthrough'],
      transitions: [
        ...anytime,
        ...actions,
        { on: 'irreversible', to: 'confirming-step' },
        { on: 'next', to: 'same' },
        { on: 'back', to: 'same' },
        { on: 'done', to: 'same' },
        { on: 'skip', to: 'same' },
        { on: 'expected', to: 'same' },
        { on: 'where', to: 'same' },
        { on: 'problem', to: 'same' },
        { on: 'yes', to: 'same' },
        { on: 'no', to: 'same' },
        { on: 'walk', to: 'walking' },
        { on: 'stop', to: 'open' },
        { on: 'goodbye', to: 'closing' },
      ],
    },
    {
      id: 'confirming-step',
      instructions: {
        en: 'The next step holds a command that cannot be undone. Read it out only after a yes.',
        ja: '次の手順には取り消せないコマンドがある。「はい」と言われてから読み上げる。',
      },
      tools: looking,
      transitions: [
        ...anytime,
        { on: 'yes', to: 'walking' },
        { on: 'no', to: 'walking' },
        { on: 'next', to: 'same' },
        { on: 'skip', to: 'walking' },
        { on: 'back', to: 'walking' },
        { on: 'where', to: 'same' },
        { on: 'problem', to: 'same' },
        { on: 'walk', to: 'walking' },
        { on: 'stop', to: 'open' },
        { on: 'page-owner', to: 'confirming-action' },
        { on: 'goodbye', to: 'closing' },
      ],
    },
    {
      id: 'confirming-action',
      instructions: {
        en: 'Somebody is about to be paged, or an answer posted. Do it only after a yes.',
        ja: '誰かを呼び出すか、答えを投稿しようとしている。「はい」と言われてから実行する。',
      },
      tools: ['page_owner', 'post_to_slack'],
      transitions: [
        { on: 'yes', to: 'handed-over' },
        { on: 'no', to: 'previous' },
        { on: 'stop', to: 'previous' },
        { on: 'repeat', to: 'same' },
        { on: 'goodbye', to: 'closing' },
      ],
    },
    {
      id: 'handed-over',
      instructions: {
        en: 'A person was called. Stay and answer until they are there.',
        ja: '担当者を呼び出した。到着するまで引き続き質問に答える。',
      },
      tools: looking,
      transitions: [
        ...anytime,
        ...actions,
        { on: 'next', to: 'walking' },
        { on: 'where', to: 'walking' },
        { on: 'walk', to: 'walking' },
        { on: 'stop', to: 'same' },
        { on: 'goodbye', to: 'closing' },
      ],
    },
    {
      id: 'closing',
      instructions: {
        en: 'The conversation was closed. A new question opens it again.',
        ja: '会話は終わった。新しい質問で再開する。',
      },
      tools: looking,
      transitions: [
        { on: 'repeat', to: 'same' },
        { on: 'walk', to: 'walking' },
        { on: 'next', to: 'walking' },
        { on: 'goodbye', to: 'same' },
      ],
    },
  ],
}
