import { compareStrings } from '../../values/compare.ts';
import { authenticate, digest } from '../crypto/digest.ts';
import { bytesOf } from '../encoding/bytes.ts';
import { encodeHex } from '../encoding/hex.ts';
import { escapedPath, type GoUrl } from '../x509/url.ts';

export interface AwsCredentials {
  accessKey: string;
  secretKey: string;
  region: string;
  sessionToken: string;
}

export interface AwsRequest {
  method: string;
  url: GoUrl;
  headers: ReadonlyMap<string, string>;
  body: Uint8Array;
}

/** Proxies may change these on the way. */
const unsigned = ['authorization', 'user-agent', 'x-amzn-trace-id'];

/**
 * Signs a request by AWS Signature Version 4. Returns the headers to add to the request's own.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html
 */
export function signRequest(
  request: AwsRequest,
  service: string,
  credentials: AwsCredentials,
  /** `20151228T140825Z` */
  time: string,
  signPayload: boolean,
): Map<string, string> {
  const payload = signPayload ? encodeHex(digest('sha256', request.body)) : 'UNSIGNED-PAYLOAD';
  const added = new Map([
    ['host', request.url.Host],
    ['x-amz-date', time],
  ]);
  if (service === 's3' || service === 'glacier') added.set('x-amz-content-sha256', payload);
  if (credentials.sessionToken !== '') added.set('x-amz-security-token', credentials.sessionToken);
  const signed = new Map(added);
  for (const [name, value] of request.headers) {
    const lower = name.toLowerCase();
    if (!unsigned.includes(lower)) signed.set(lower, value);
  }
  const names = [...signed.keys()].sort(compareStrings);
  const canonical = [
    request.method,
    escapedPath(request.url),
    request.url.RawQuery,
    ...names.map((name) => `${name}:${signed.get(name)}`),
    '',
    names.join(';'),
    payload,
  ].join('\n');
  const date = time.slice(0, 8);
  const scope = `${date}/${credentials.region}/${service}/aws4_request`;
  const hashed = encodeHex(digest('sha256', bytesOf(canonical)));
  const text = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${hashed}`;
  const key = [date, credentials.region, service, 'aws4_request'].reduce(
    (secret, part) => authenticate('sha256', secret, bytesOf(part)),
    bytesOf(`AWS4${credentials.secretKey}`) as Uint8Array,
  );
  const signature = encodeHex(authenticate('sha256', key, bytesOf(text)));
  const authorization =
    `AWS4-HMAC-SHA256 Credential=${credentials.accessKey}/${scope},` +
    `SignedHeaders=${names.join(';')},Signature=${signature}`;
  return new Map([['Authorization', authorization], ...added]);
}
