import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import { jsonSchemaTransform } from 'fastify-type-provider-zod'
import { completeOpenApi, type OpenApi } from './openapi.ts'
import { version } from './version.ts'

/** Swagger UI sets style attributes from its script; nothing else beyond our own files is let in. */
const policy = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self' 'unsafe-inline'",
  'img-src': "'self' data:",
  'connect-src': "'self'",
  'base-uri': "'none'",
  'frame-ancestors': "'none'",
  'form-action': "'none'",
}

/** The API's description at `/api/openapi.json` and a page to try it at `/api/docs`. Call it before the routes: it collects them as they come. */
export async function describeApi(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      info: {
        title: 'Answerback',
        version,
        description: 'Comments and mentions in, answers out. Errors are problem+json (RFC 9457).',
      },
    },
    transform: jsonSchemaTransform,
    transformObject: (document) => completeOpenApi(('openapiObject' in document ? document.openapiObject : {}) as OpenApi) as never,
  })
  await app.register(swaggerUi, {
    routePrefix: '/api/docs',
    staticCSP: policy,
    theme: { title: 'Answerback API' },
    uiConfig: { url: '/api/openapi.json', deepLinking: true, persistAuthorization: false, validatorUrl: null },
  })
  app.get('/api/openapi.json', { schema: { hide: true } }, () => app.swagger())
}
