import type { Alert, AlertAsked } from './alerts/alert.ts'
import type { Clip } from './clips/clip.ts'

/** A question, however it was asked. */
export interface AskedInSlack {
  kind: 'asked'
  /** The same for every delivery of the same question. */
  id: string
  /** `thread`: in a thread that we take part in, without naming us. `unasked`: of nobody in particular. */
  via: 'mention' | 'direct' | 'thread' | 'command' | 'shortcut' | 'alert' | 'unasked'
  team: string
  channel: string
  isDirect: boolean
  user: string
  text: string
  /** The message that asks, or is asked about; a command has none. */
  ts?: string | undefined
  /** The thread that it stands in, if it stands in one. */
  thread?: string | undefined
  /** Where a command's answer goes; good for half an hour. */
  responseUrl?: string | undefined
  /** It is asked aloud, besides what is written. */
  clip?: Clip | undefined
  /** Nobody asks: this alert's runbook is looked for. */
  alert?: AlertAsked | undefined
}

/** `/incident`, and what follows it. */
export interface IncidentAsked {
  kind: 'incident'
  id: string
  team: string
  channel: string
  isDirect: boolean
  user: string
  text: string
  responseUrl: string
}

interface Happened {
  id: string
  team: string
  channel: string
}

export type Incoming =
  | AskedInSlack
  | (Happened & { kind: 'edited'; user: string; ts: string; text: string; edited: string })
  | (Happened & { kind: 'deleted'; ts: string })
  | (Happened & { kind: 'reacted'; user: string; ts: string; reaction: string })
  | (Happened & { kind: 'membership' })
  | (Happened & {
      kind: 'alert'
      ts: string
      thread: string | undefined
      bot: string
      user: string | undefined
      alert: Alert
    })
  | IncidentAsked
  | {
      kind: 'opened'
      id: string
      team: string
      user: string
      channel: string
      tab: 'home' | 'messages'
      thread?: string | undefined
      /** The channel that they were looking at. */
      from?: string | undefined
    }
  | Pressed
  | Submitted

export interface Pressed {
  kind: 'pressed'
  id: string
  team: string
  user: string
  /** Absent on the Home tab. */
  channel?: string | undefined
  /** The message that the button stands on. */
  ts?: string | undefined
  thread?: string | undefined
  isEphemeral: boolean
  action: string
  value: string
  triggerId: string
  responseUrl?: string | undefined
}

export interface Submitted {
  kind: 'submitted'
  id: string
  team: string
  user: string
  form: string
  metadata: string
  /** By the id of the input's block. */
  values: Readonly<Record<string, string>>
}
