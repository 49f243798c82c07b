// What people see of the test issuer: one page to sign in and one to sign out.

/** An account by the name that somebody entered: everybody has one. */
export function accountOf(id) {
  return { accountId: id, claims: () => ({ sub: id, name: `${id[0].toUpperCase()}${id.slice(1)} Example`, email: `${id}@example.org` }) }
}

/** Serves the page to sign in before everything else. What the client asks for is granted without a question. */
export function loginPages(provider, audience, next) {
  return async (req, res) => {
    if (!req.url.startsWith('/interaction/')) return next(req, res)
    const { params } = await provider.interactionDetails(req, res)
    if (req.method !== 'POST') {
      return page(res, `<h1>Sign in</h1><form method="post"><label>Name <input name="login" autofocus></label>
        <button>Sign in</button> <button name="cancel" value="yes">Cancel</button></form>`)
    }
    const form = new URLSearchParams(await body(req))
    if (form.has('cancel')) {
      return provider.interactionFinished(req, res, { error: 'access_denied', error_description: 'the sign-in was cancelled' })
    }
    const grant = new provider.Grant({ accountId: form.get('login'), clientId: params.client_id })
    grant.addOIDCScope(params.scope)
    grant.addResourceScope(audience, 'files:read files:write')
    return provider.interactionFinished(req, res, { login: { accountId: form.get('login') }, consent: { grantId: await grant.save() } })
  }
}

/** The page to sign out; form is what it has to send. */
export function logoutPage(ctx, form) {
  ctx.body = html(`<h1>Sign out</h1>${form}<button form="op.logoutForm" name="logout" value="yes">Sign out</button>`)
}

function page(res, content) {
  res.setHeader('Content-Type', 'text/html')
  res.end(html(content))
}

const html = (content) => `<!doctype html><meta charset="utf-8"><title>Test issuer</title><link rel="icon" href="data:,">${content}`

async function body(req) {
  let text = ''
  for await (const chunk of req) text += chunk
  return text
}
