import { describe, expect, it } from 'vitest'
import { readNotification } from './alertmanager.ts'
import { alertIn, BotMessage } from './slack-alert.ts'

/** As these tools' own apps and templates post them. */
const messages = {
  alertmanager: (status = 'FIRING:2') => ({
    username: 'AlertManager',
    text: '',
    attachments: [
      {
        fallback: `[${status}] RedisDown redis (cache-1) | http://alertmanager.example:9093/#/alerts?receiver=slack`,
        color: status === 'RESOLVED' ? 'good' : 'danger',
        title: `[${status}] RedisDown redis (cache-1)`,
        title_link: 'http://alertmanager.example:9093/#/alerts?receiver=slack',
        text: 'summary: Redis does not answer\nrunbook_url: https://wiki.example/redis',
      },
    ],
  }),
  grafana: (status = 'FIRING:1') => ({
    username: 'ops-hook',
    attachments: [
      {
        color: '#D63232',
        title: `[${status}] Redis memory (redis)`,
        title_link: 'https://grafana.example/alerting/grafana/a1b2c3/view',
        fallback: `[${status}] Redis memory (redis)`,
        text: '**Firing**\n\nValue: A=93\nLabels:\n - alertname = Redis memory\n - service = redis\nAnnotations:\n - runbook_url = https://wiki.example/redis',
        footer: 'Grafana v11.2.0',
      },
    ],
  }),
  pagerduty: (verb = 'Triggered') => ({
    bot_profile: { name: 'PagerDuty' },
    text: `${verb} #1234: Redis is down`,
    attachments: [
      {
        color: 'a30200',
        blocks: [
          {
            type: 'section',
            text: {
              type: 'mrkdwn',
              text: `:rotating_light: *<https://acme.pagerduty.com/incidents/Q1ABCD|#1234: Redis is down>*`,
            },
          },
          {
            type: 'section',
            fields: [
              { type: 'mrkdwn', text: `*Status:*\n${verb}` },
              { type: 'mrkdwn', text: '*Service:*\n<https://acme.pagerduty.com/services/PX|Redis cache>' },
            ],
          },
        ],
      },
    ],
  }),
  datadog: (verb = 'Triggered') => ({
    username: 'Datadog',
    attachments: [
      {
        fallback: `${verb}: [P1] Redis is down on {host:cache-1}`,
        title: `${verb}: [P1] Redis is down on {host:cache-1}`,
        title_link: 'https://app.datadoghq.com/monitors/987654?group=host%3Acache-1',
        text: 'Redis has not answered for 5 minutes. @slack-ops',
        fields: [{ title: 'Tags', value: 'service:redis' }],
      },
    ],
  }),
  opsgenie: (verb = 'New alert created') => ({
    bot_profile: { name: 'Opsgenie' },
    attachments: [
      {
        pretext: `${verb} via <https://acme.app.opsgenie.com|API>`,
        fallback: `${verb}: "Redis is down"`,
        title: '#77: Redis is down',
        title_link: 'https://acme.app.opsgenie.com/alert/detail/0a1b-77/details',
        text: 'Redis does not answer',
        fields: [
          { title: 'Priority', value: 'P1' },
          { title: 'Tags', value: 'redis' },
        ],
      },
    ],
  }),
}

const read = (message: unknown) => alertIn(BotMessage.parse(message))

describe('alerts in Slack', () => {
  it.each([
    ['alertmanager', messages.alertmanager(), messages.alertmanager('RESOLVED')],
    ['grafana', messages.grafana(), messages.grafana('RESOLVED')],
    ['pagerduty', messages.pagerduty(), messages.pagerduty('Resolved')],
    ['datadog', messages.datadog(), messages.datadog('Recovered')],
    ['opsgenie', messages.opsgenie(), messages.opsgenie('Alert closed')],
  ])('of %s are known, with their end as the end of the same', (tool, begins, ends) => {
    const begun = read(begins)
    const ended = read(ends)
    expect(begun).toMatchObject({ tool, status: 'firing' })
    expect(begun?.title).toMatch(/^Redis/)
    expect(`${begun?.title}\n${begun?.about}`).toMatch(/redis/i)
    expect(ended).toMatchObject({ tool, status: 'resolved', group: begun?.group })
  })

  it('name their runbook where they do', () => {
    expect(read(messages.alertmanager())?.runbookUrl).toBe('https://wiki.example/redis')
    expect(read(messages.grafana())?.runbookUrl).toBe('https://wiki.example/redis')
  })

  it('that are acknowledged are under way', () => {
    expect(read(messages.pagerduty('Acknowledged'))?.status).toBe('acknowledged')
  })

  it('are no other messages of apps', () => {
    const others = [
      { text: 'Deployed checkout 1.2.3', username: 'deploybot' },
      { text: '', username: 'Jenkins', attachments: [{ title: 'Build #12 failed', text: 'critical' }] },
      { text: 'On call now: @ann', bot_profile: { name: 'PagerDuty' } },
      { text: 'Weekly report', username: 'Datadog', attachments: [{ title: 'Your dashboard', text: 'all is well' }] },
      { text: '📕 Runbook for “RedisDown redis”', username: 'Nightdesk' },
      { blocks: [{ type: 'section', text: { type: 'mrkdwn', text: 'hello' } }] },
      {},
    ]
    for (const other of others) expect(read(other)).toBeUndefined()
  })
})

describe("what Alertmanager's webhook sends", () => {
  it('is one alert a group, with what its labels and annotations say', () => {
    const notification = readNotification({
      version: '4',
      groupKey: '{}:{alertname="RedisDown"}',
      status: 'firing',
      receiver: 'nightdesk',
      groupLabels: { alertname: 'RedisDown' },
      commonLabels: { alertname: 'RedisDown', service: 'redis', team: 'data' },
      commonAnnotations: { summary: 'Redis does not answer', runbook_url: 'https://wiki.example/redis' },
      externalURL: 'http://am:9093',
      alerts: [
        { status: 'firing', labels: { instance: 'cache-1' }, annotations: {}, startsAt: '2026-01-01T00:00:00Z' },
      ],
    })
    expect(notification?.alert).toMatchObject({
      status: 'firing',
      title: 'RedisDown redis',
      about: expect.stringContaining('Redis does not answer'),
      group: '{}:{alertname="RedisDown"}',
      runbookUrl: 'https://wiki.example/redis',
    })
    expect(notification?.labels).toMatchObject({ team: 'data', instance: 'cache-1' })
  })

  it('is nothing where it is something else', () => {
    for (const body of [undefined, null, [], {}, { status: 'firing' }, { status: 'firing', groupKey: 'x', alerts: [] }])
      expect(readNotification(body)).toBeUndefined()
  })
})
