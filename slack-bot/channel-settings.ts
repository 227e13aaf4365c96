/** What is said of a channel in the configuration. */
export interface ChannelSettings {
  /** As Slack names it: C012345. */
  channel: string
  /** What its people look after, for the questions that are suggested there. */
  services: readonly string[]
  /** Alerts of Alertmanager are posted there: all, or those with these labels. */
  alertmanager: boolean | Readonly<Record<string, string>>
  /** Answers questions that nobody asked it; the least confidence, 0..1, with which it does. */
  unaskedFrom: number | undefined
}

/** Those who hear of an alert with such labels. */
export function channelsOfAlert(
  channels: readonly ChannelSettings[],
  labels: Readonly<Record<string, string>>,
): string[] {
  return channels
    .filter(({ alertmanager: wanted }) =>
      typeof wanted === 'boolean' ? wanted : Object.entries(wanted).every(([label, value]) => labels[label] === value),
    )
    .map(({ channel }) => channel)
}
