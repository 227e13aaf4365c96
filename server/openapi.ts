import type { App } from './route-frame.ts'

/** The description is made when it is first asked for, so that it holds the routes that other rooms added. */
export function addOpenApiRoute(app: App, version: string): void {
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    description:
      'The token of a principal. Without principals in the configuration none is needed, and only this machine is served.',
  })
  let description: string | undefined
  app.get('/openapi.json', (c) => {
    description ??= JSON.stringify(
      app.getOpenAPI31Document({
        openapi: '3.1.0',
        info: {
          description: "Answers on-call engineers' questions from their own docs, with cited, dated sources.",
          title: 'Nightdesk',
          version,
          license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
        },
        servers: [{ url: '/' }],
      }),
    )
    c.header('content-type', 'application/json')
    return c.body(description)
  })
}
