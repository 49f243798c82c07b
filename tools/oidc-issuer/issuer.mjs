// A certified OpenID Connect issuer on loopback, for tests. It reads one line of JSON from its standard input,
// {owners: [...], audience, key: JWK, issuer?: URL}, prints "ready URL", and ends when its standard input does.
import { createServer } from 'node:http'
import { createInterface } from 'node:readline'
import { Provider } from 'oidc-provider'

const lines = createInterface({ input: process.stdin })
lines.on('close', () => process.exit(0))
lines.once('line', (line) => serve(JSON.parse(line)))

function serve({ owners, audience, key, issuer }) {
  const server = createServer()
  server.listen(0, '127.0.0.1', () => {
    const url = `http://127.0.0.1:${server.address().port}`
    server.on('request', new Provider(issuer || url, settings(owners, audience, key)).callback())
    console.log(`ready ${url}`)
  })
}

function settings(owners, audience, key) {
  const hour = 3600
  return {
    clients: owners.map((owner) => ({
      client_id: owner, client_secret: 'secret', grant_types: ['client_credentials'], redirect_uris: [], response_types: [],
    })),
    jwks: { keys: [key] },
    cookies: { keys: ['test'] },
    scopes: ['files:read', 'files:write'],
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      // A JWT access token is only given for a named resource.
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: () => ({
          scope: 'files:read files:write', audience, accessTokenFormat: 'jwt', accessTokenTTL: hour, jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
    ttl: { ClientCredentials: hour },
  }
}
