/**
 * An OpenID Connect issuer as a public client in a browser sees it: discovery,
 * authorization code with PKCE, refresh, revocation and logout (OpenID Connect
 * Core 1.0, Discovery 1.0 and RP-Initiated Logout 1.0; RFC 7636, 7009, 8707 and
 * 9207). It keeps nothing.
 *
 * @module issuer
 */

import { BytepassError } from "../client/errors.js";
import { base64url, sha256 } from "./random.js";

/**
 * What the server says of the login, in config.json.
 * @typedef {object} LoginConfig
 * @property {string} issuer URL
 * @property {string} clientId
 * @property {string} audience what access tokens have to be for
 * @property {string[]} scopes
 */

/**
 * What an ID token says, as far as it is read here.
 * @typedef {{iss: string, sub: string, aud: string | string[], azp?: string, exp: number, nonce?: string,
 *   name?: string, preferred_username?: string, email?: string}} Claims
 */

/**
 * @typedef {object} Tokens
 * @property {string} access
 * @property {number} issued milliseconds, by this browser's clock
 * @property {number} expires milliseconds; Infinity if the issuer does not say
 * @property {string} refresh "" if the issuer gives none
 * @property {string} id
 * @property {Claims} claims of the ID token
 */

/** What a sign-in is begun with, and its answer checked against. @typedef {{state: string, nonce: string, verifier: string}} Secrets */

/** How far this browser's clock may be behind or ahead, in milliseconds. */
const SKEW = 600_000;

export class Issuer {
  #config;
  #document;

  /** @param {LoginConfig} config @param {any} document the issuer's discovery document */
  constructor(config, document) {
    this.#config = config;
    this.#document = document;
  }

  /**
   * Asks the issuer where its endpoints are.
   * @param {LoginConfig} config
   * @returns {Promise<Issuer>}
   */
  static async discover(config) {
    const { issuer } = config;
    const response = await ask(issuer, `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`);
    const document = await response.json().catch(() => ({}));
    if (!response.ok || document.issuer !== issuer) {
      throw new BytepassError(`${issuer} does not answer as an issuer of this name (${response.status}).`, { code: "network" });
    }
    for (const name of ["authorization_endpoint", "token_endpoint"]) {
      if (!isSafe(document[name])) throw new BytepassError(`The issuer ${issuer} names no ${name} that can be used.`);
    }
    return new Issuer(config, document);
  }

  /**
   * @param {Secrets} secrets
   * @param {{silent?: boolean}} options silent: without asking anybody anything
   * @returns {Promise<string>} where the browser has to go to sign in
   */
  async authorizationUrl({ state, nonce, verifier }, { silent = false }) {
    const { clientId, scopes } = this.#config;
    return withQuery(this.#document.authorization_endpoint, {
      response_type: "code", client_id: clientId, redirect_uri: home(), scope: scopes.join(" "), state, nonce,
      code_challenge: await sha256(verifier), code_challenge_method: "S256",
      ...(silent ? { prompt: "none" } : {}), ...this.#target(),
    });
  }

  /**
   * Reads the issuer's answer in the address that it sent the browser to, and
   * trades its code for tokens.
   * @param {URLSearchParams} answer
   * @param {Secrets} secrets of the sign-in that it answers
   * @returns {Promise<Tokens>} a BytepassError has the issuer's error as its code
   */
  async tokensFor(answer, { state, nonce, verifier }) {
    if (answer.get("state") !== state) throw strayAnswer();
    const from = answer.get("iss");
    if (from && from !== this.#config.issuer) throw new BytepassError(`The answer is of another issuer, ${from}. Sign in again.`);
    const error = answer.get("error");
    if (error) throw refusal(error, answer.get("error_description"));
    const tokens = await this.#tokens({
      grant_type: "authorization_code", code: answer.get("code") ?? "", redirect_uri: home(), code_verifier: verifier,
    });
    if (!tokens.claims || tokens.claims.nonce !== nonce) {
      throw new BytepassError("The issuer's answer is not to this sign-in. Sign in again.", { code: "wrong-nonce" });
    }
    return /** @type {Tokens} */ (tokens);
  }

  /**
   * Renews tokens. The issuer may give another refresh token each time, and
   * then takes the old one no more.
   * @param {Tokens} held
   * @returns {Promise<Tokens>}
   */
  async refresh(held) {
    const tokens = await this.#tokens({ grant_type: "refresh_token", refresh_token: held.refresh });
    const claims = tokens.claims ?? held.claims;
    if (claims.sub !== held.claims.sub) throw new BytepassError("The issuer renewed the tokens of somebody else.", { code: "wrong-subject" });
    return { ...tokens, claims, id: tokens.id || held.id, refresh: tokens.refresh || held.refresh };
  }

  /** Makes a refresh token worthless, where the issuer can; nobody waits for it. @param {string} refresh */
  revoke(refresh) {
    const { revocation_endpoint: endpoint } = this.#document;
    if (!refresh || !isSafe(endpoint)) return;
    const body = new URLSearchParams({ token: refresh, token_type_hint: "refresh_token", client_id: this.#config.clientId });
    fetch(endpoint, { method: "POST", body, credentials: "omit", keepalive: true }).catch(() => {}); // it expires by itself
  }

  /**
   * @param {string} id the ID token; "" if there is none any more
   * @returns {string} where the browser has to go to sign out; "" if the issuer has no such place
   */
  signOutUrl(id) {
    const { end_session_endpoint: endpoint } = this.#document;
    if (!isSafe(endpoint)) return "";
    // logout_uri is how Cognito calls it; whoever knows it not passes over it.
    return withQuery(endpoint, { ...(id ? { id_token_hint: id } : {}), client_id: this.#config.clientId, post_logout_redirect_uri: home(), logout_uri: home() });
  }

  /**
   * Whom access tokens are for: issuers know it as a resource, which is a URI
   * (RFC 8707), or as an audience, or by the client alone.
   * @returns {Record<string, string>}
   */
  #target() {
    const { audience, clientId } = this.#config;
    if (audience === clientId) return {};
    return /^(https?|urn):/.test(audience) ? { resource: audience, audience } : { audience };
  }

  /**
   * @param {Record<string, string>} form
   * @returns {Promise<Omit<Tokens, "claims"> & {claims?: Claims}>}
   */
  async #tokens(form) {
    const { issuer, clientId } = this.#config;
    const response = await ask(issuer, this.#document.token_endpoint, new URLSearchParams({ ...form, client_id: clientId, ...this.#target() }));
    const issued = Date.now();
    const said = await response.json().catch(() => ({}));
    if (!response.ok || !said.access_token) {
      const passing = response.status >= 500 || response.status === 429;
      throw passing ? new BytepassError(`The issuer ${issuer} answered ${response.status}.`, { status: response.status }) : refusal(said.error, said.error_description);
    }
    return {
      access: said.access_token, issued, expires: said.expires_in > 0 ? issued + 1000 * said.expires_in : Infinity,
      refresh: said.refresh_token ?? "", id: said.id_token ?? "", claims: said.id_token && this.#claims(said.id_token),
    };
  }

  /**
   * Checks an ID token. It came from the issuer itself and not by way of the
   * browser's address, so TLS stands for its signature (OpenID Connect Core 1.0,
   * section 3.1.3.7, 6).
   * @param {string} token
   * @returns {Claims}
   */
  #claims(token) {
    const { issuer, clientId } = this.#config;
    /** @type {Claims} */
    let claims;
    try {
      claims = JSON.parse(new TextDecoder().decode(base64url.decode(token.split(".")[1])));
    } catch {
      throw new BytepassError("The issuer's ID token is malformed.", { code: "wrong-id-token" });
    }
    const wrong =
      (claims.iss !== issuer && "of another issuer") || (![claims.aud].flat().includes(clientId) && "for another client") ||
      (claims.azp && claims.azp !== clientId && "for another client") || (1000 * claims.exp + SKEW < Date.now() && "expired") ||
      (!claims.sub && "of nobody");
    if (wrong) throw new BytepassError(`The issuer's ID token is ${wrong}.`, { code: "wrong-id-token" });
    return claims;
  }
}

/** @returns {BytepassError} an answer that belongs to no sign-in of this tab */
export function strayAnswer() {
  return new BytepassError("This answer of the issuer was used already, or is not to a sign-in that this tab has begun. Sign in again.", { code: "stray-answer" });
}

/** The page to which the issuer sends the browser back. */
const home = () => `${location.origin}/`;

/** @param {unknown} url @returns {boolean} nobody can listen to what is sent there */
function isSafe(url) {
  if (typeof url !== "string" || !URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return protocol === "https:" || (protocol === "http:" && ["localhost", "127.0.0.1", "[::1]"].includes(hostname));
}

/** @param {string} url @param {Record<string, string>} query */
function withQuery(url, query) {
  const whole = new URL(url);
  for (const [name, value] of Object.entries(query)) whole.searchParams.set(name, value);
  return whole.href;
}

/** @param {string | undefined} error @param {string | null} [description] */
function refusal(error = "no reason given", description) {
  if (error === "access_denied") return new BytepassError(`You were not let in: ${description ?? error}.`, { status: 401, code: error });
  return new BytepassError(`The issuer refused: ${description ? `${description} (${error})` : error}.`, { status: 401, code: error });
}

/** @param {string} issuer @param {string} url @param {URLSearchParams} [body] @returns {Promise<Response>} */
async function ask(issuer, url, body) {
  try {
    return await fetch(url, { method: body ? "POST" : "GET", body, credentials: "omit", cache: "no-store", redirect: "error" });
  } catch {
    throw new BytepassError(`The issuer ${issuer} does not answer this page. If it is up, it has to allow pages of ${location.origin}.`, { code: "network" });
  }
}
