// A certified OpenID Connect issuer on loopback, for tests. It reads one line of JSON from its standard input,
// {owners: [...], audience, key: JWK, issuer?: URL, console?: {clientId, origin, accessSeconds}}, prints "ready URL",
// and ends when its standard input does. Owners get tokens by the client credentials grant; at the console, a public
// client whose pages have the origin, people sign in by whatever name they enter.
import { createServer } from 'node:http'
import { createInterface } from 'node:readline'
import { Provider } from 'oidc-provider'
import { accountOf, logoutPage, loginPages } from './login.mjs'

const lines = createInterface({ input: process.stdin })
lines.on('close', () => process.exit(0))
lines.once('line', (line) => serve(JSON.parse(line)))

function serve(config) {
  const server = createServer()
  server.listen(0, '127.0.0.1', () => {
    const url = `http://127.0.0.1:${server.address().port}`
    const provider = new Provider(config.issuer || url, settings(config))
    server.on('request', loginPages(provider, config.audience, provider.callback()))
    console.log(`ready ${url}`)
  })
}

function settings({ owners, audience, key, console: page }) {
  const hour = 3600
  const clients = owners.map((owner) => ({
    client_id: owner, client_secret: 'secret', grant_types: ['client_credentials'], redirect_uris: [], response_types: [],
  }))
  if (page) {
    clients.push({
      client_id: page.clientId, token_endpoint_auth_method: 'none', grant_types: ['authorization_code', 'refresh_token'],
      redirect_uris: [`${page.origin}/`], post_logout_redirect_uris: [`${page.origin}/`],
    })
  }
  return {
    clients,
    jwks: { keys: [key] },
    cookies: { keys: ['test'] },
    scopes: ['files:read', 'files:write'],
    claims: { profile: ['name'], email: ['email'] },
    conformIdTokenClaims: false, // they are in the ID token
    findAccount: (_, id) => accountOf(id),
    // As issuers do it for pages: for each public client, and not beyond the session.
    issueRefreshToken: (_, client) => client.grantTypeAllowed('refresh_token'),
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      revocation: { enabled: true },
      rpInitiatedLogout: { enabled: true, logoutSource: logoutPage },
      // A JWT access token is only given for a named resource.
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_, __, client) => ({
          scope: 'files:read files:write', audience, accessTokenFormat: 'jwt', jwt: { sign: { alg: 'RS256' } },
          accessTokenTTL: client.clientId === page?.clientId ? page.accessSeconds : hour,
        }),
      },
    },
    ttl: { ClientCredentials: hour },
  }
}
