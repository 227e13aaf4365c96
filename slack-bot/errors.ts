import { OpsError } from '#runtime/errors.ts'

/** Slack refused a call, and asking again won't help. */
export class SlackRefusedError extends OpsError {
  override readonly name = 'SlackRefusedError'
  readonly code = 'slack_refused'
  readonly retryable = false
  readonly userMessage: string
  /** Slack's own word for it. */
  readonly refusal: string
  constructor(method: string, refusal: string, cause?: unknown) {
    super(`Slack answered ${refusal} to ${method}`, { cause })
    this.refusal = refusal
    this.userMessage =
      remedies[refusal] ?? `Slack refused (${refusal}). \`nightdesk doctor\` checks the app's settings.`
  }
}

const token =
  'Copy the tokens again from the pages of the app at api.slack.com/apps, and set SLACK_BOT_TOKEN and SLACK_APP_TOKEN.'
const remedies: Readonly<Record<string, string>> = {
  invalid_auth: `Slack does not know the token. ${token}`,
  not_authed: `Slack does not know the token. ${token}`,
  token_revoked: `The token was revoked. ${token}`,
  account_inactive: `The app was removed from the workspace. Install it again. ${token}`,
  missing_scope:
    'The app lacks a scope. `nightdesk slack-bot manifest` lists all that it needs, and `nightdesk doctor` those that are missing; install the app again afterwards.',
  file_not_found: 'That file is gone.',
  not_in_channel: 'Invite the app to the channel first: /invite @Nightdesk.',
  is_archived: 'The channel is archived.',
}

/** Slack can't be reached, or kept us waiting for too long. */
export class SlackUnreachableError extends OpsError {
  override readonly name = 'SlackUnreachableError'
  readonly code = 'slack_unreachable'
  readonly retryable = true
  readonly userMessage = 'Slack does not answer. Check the network and SLACK_API_URL; it is tried again.'
}

/** An answer took longer than anybody waits for. */
export class AnswerTooSlowError extends OpsError {
  override readonly name = 'AnswerTooSlowError'
  readonly code = 'slack_answer_too_slow'
  readonly retryable = true
  readonly userMessage = 'The answer took too long, so I gave up. Please ask again.'
}

/** A recording that is larger than anybody speaks. */
export class ClipTooLargeError extends OpsError {
  override readonly name = 'ClipTooLargeError'
  readonly code = 'slack_clip_too_large'
  readonly retryable = false
  readonly userMessage: string
  constructor(mostBytes: number) {
    super(`A recording has more than ${mostBytes} bytes`)
    this.userMessage = `This recording is too large: I take up to ${Math.floor(mostBytes / 1024 / 1024)} MB. A shorter one, or sound without the picture, will do.`
  }
}
