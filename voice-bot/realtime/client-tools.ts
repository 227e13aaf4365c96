import { fitsPrompt } from '#conversation/context.ts'
import type { OfferedTools } from '#conversation/tools/client-tool.ts'
import type { FunctionTool, ToolChoice } from '../protocol-session.ts'
import { ClientFault } from './faults.ts'

/** A client's tools as the conversation takes them: those that may be called, and whether one has to be. */
export function offeredTools(tools: readonly FunctionTool[], choice: ToolChoice): OfferedTools {
  const wanted = choice === 'none' ? [] : tools.filter(({ name }) => typeof choice === 'string' || choice.name === name)
  return {
    tools: wanted.map(({ name, description = name, parameters = {} }) => ({ name, description, parameters })),
    mustCall: choice === 'required' || typeof choice === 'object',
  }
}

/**
 * @param at Where they stand in the event.
 * @throws {ClientFault} When no model could be shown them, when one is to be called that isn't there, or when nobody is
 *   there to call one that has to be.
 */
export function checkTools(
  tools: readonly FunctionTool[],
  choice: ToolChoice,
  { hasModel, at }: { hasModel: boolean; at: 'session' | 'response' },
): void {
  const { tools: wanted, mustCall = false } = offeredTools(tools, choice)
  if (!fitsPrompt(wanted)) {
    const message = `The tools are too long for a prompt. Shorten '${at}.tools' to about 16,000 characters of JSON in all.`
    throw new ClientFault('invalid_value', message, `${at}.tools`)
  }
  // In a session they may come later.
  if (at === 'response' && mustCall && wanted.length === 0) {
    const what = typeof choice === 'object' ? `There is no tool '${choice.name}'` : 'There are no tools'
    throw new ClientFault('invalid_value', `${what} to be called. Name it in '${at}.tools', too.`, `${at}.tool_choice`)
  }
  if (!mustCall || hasModel) return
  const message = 'Tools are called where a language model is configured, and there is none here. Set LLM_MODEL.'
  throw new ClientFault('invalid_value', message, `${at}.tool_choice`)
}
