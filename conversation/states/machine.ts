import type { Lang } from '#knowledge/document.ts'

/** One state of a conversation, as data. */
export interface ConversationState<Id extends string = string, Intent extends string = string> {
  id: Id
  /** What it is for, for a model and for people who look at the drawing. */
  instructions: Readonly<Record<Lang, string>>
  /** Names of the tools that may be called in it; `clientTools` stands for all those that the client brings. */
  tools: readonly string[]
  /** Where each intent leads; what is not listed is not understood here. */
  transitions: readonly Transition<Id, Intent>[]
}

export interface Transition<Id extends string = string, Intent extends string = string> {
  on: Intent
  /** `same` and `previous` stand for the state itself and the one before it. */
  to: Id | 'same' | 'previous'
}

/** A scripted conversation: its states, and where it begins. */
export interface StateMachine<Id extends string = string, Intent extends string = string> {
  name: string
  initial: Id
  states: readonly ConversationState<Id, Intent>[]
}

/** Where a conversation stands: the state, and those that it will come back to. */
export interface MachinePosition {
  state: string
  previous: readonly string[]
}

const deepest = 8

/** What is said where the conversation stands; a state that is not known (any more) is the first one. */
export function stateAt(machine: StateMachine, position: MachinePosition): ConversationState {
  const state = machine.states.find(({ id }) => id === position.state)
  if (state !== undefined) return state
  const initial = machine.states.find(({ id }) => id === machine.initial)
  if (initial === undefined) throw new RangeError(`${machine.name} has no state ${machine.initial}`)
  return initial
}

/** Stands for all tools that run at the client. */
export const clientTools = 'client:*'

export function mayCall(
  { tools }: Pick<ConversationState, 'tools'>,
  { name, atClient }: { name: string; atClient?: boolean | undefined },
): boolean {
  return tools.includes(atClient === true ? clientTools : name)
}

/** Where an intent leads; undefined when it means nothing there. */
export function moved(machine: StateMachine, position: MachinePosition, intent: string): MachinePosition | undefined {
  const here = stateAt(machine, position)
  const transition = here.transitions.find(({ on }) => on === intent)
  if (transition === undefined) return undefined
  if (transition.to === 'same' || transition.to === here.id) return { state: here.id, previous: position.previous }
  if (transition.to === 'previous') {
    return { state: position.previous.at(-1) ?? machine.initial, previous: position.previous.slice(0, -1) }
  }
  return { state: transition.to, previous: [...position.previous, here.id].slice(-deepest) }
}

/** What is wrong with a machine: states that nothing leads to, transitions that lead nowhere, an intent listed twice. */
export function machineFaults(machine: StateMachine): string[] {
  const ids = machine.states.map(({ id }) => id)
  const reached = new Set([
    machine.initial,
    ...machine.states.flatMap(({ transitions }) => transitions.map(({ to }) => to)),
  ])
  return [
    ...(ids.includes(machine.initial) ? [] : [`The first state, ${machine.initial}, is not there.`]),
    ...ids.filter((id, at) => ids.indexOf(id) !== at).map((id) => `There are two states ${id}.`),
    ...ids.filter((id) => !reached.has(id)).map((id) => `Nothing leads to ${id}.`),
    ...machine.states.flatMap(({ id, transitions }) =>
      transitions.flatMap(({ on, to }, at) => [
        ...(to === 'same' || to === 'previous' || ids.includes(to)
          ? []
          : [`${id} leads by ${on} to ${to}, which is not there.`]),
        ...(transitions.findIndex((other) => other.on === on) === at ? [] : [`${id} lists ${on} twice.`]),
      ]),
    ),
  ]
}
