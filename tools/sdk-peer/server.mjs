// POST /api/presign as it is usually written, in Node with the AWS SDK for JavaScript, to measure Bytepass beside.
// It reads one line of JSON from its standard input, {issuer, audience, endpoint, bucket, accessKeyId,
// secretAccessKey}, prints "ready URL", and ends when its standard input does.
import { createServer } from 'node:http'
import { createInterface } from 'node:readline'
import { json } from 'node:stream/consumers'
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { createRemoteJWKSet, jwtVerify } from 'jose'

const lines = createInterface({ input: process.stdin })
lines.on('close', () => process.exit(0))
lines.once('line', (line) => serve(JSON.parse(line)))

async function serve({ issuer, audience, endpoint, bucket, accessKeyId, secretAccessKey }) {
  const discovery = await (await fetch(`${issuer}/.well-known/openid-configuration`)).json()
  const keys = createRemoteJWKSet(new URL(discovery.jwks_uri))
  const s3 = new S3Client({
    region: 'us-east-1', endpoint, forcePathStyle: true, credentials: { accessKeyId, secretAccessKey },
    requestChecksumCalculation: 'WHEN_REQUIRED',
  })
  const server = createServer(async (request, response) => {
    try {
      const token = request.headers.authorization.slice('Bearer '.length)
      const { payload } = await jwtVerify(token, keys, { issuer, audience })
      const { key, mimeType, size } = await json(request)
      const url = await getSignedUrl(s3, new PutObjectCommand({
        Bucket: bucket, Key: `u/${payload.sub}/${key}`, ContentType: mimeType, ContentLength: size,
      }), { expiresIn: 300, signableHeaders: new Set(['content-type', 'content-length', 'host']) })
      response.setHeader('Content-Type', 'application/json')
      response.end(JSON.stringify({ url, key, method: 'PUT', headers: { 'Content-Type': mimeType }, contentLength: size }))
    } catch (error) {
      response.statusCode = 400
      response.end(JSON.stringify({ detail: error.message }))
    }
  })
  server.listen(0, '127.0.0.1', () => console.log(`ready http://127.0.0.1:${server.address().port}`))
}
