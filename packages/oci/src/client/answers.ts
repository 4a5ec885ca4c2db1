import { OciError, type OciErrorCode } from '../error.ts';
import { readBody, type TransportResponse } from './transport.ts';

const maxErrorBytes = 64 * 1024;
const codes: Record<string, OciErrorCode> = {
  BLOB_UNKNOWN: 'BlobUnknown',
  MANIFEST_BLOB_UNKNOWN: 'BlobUnknown',
  BLOB_UPLOAD_UNKNOWN: 'UploadUnknown',
  BLOB_UPLOAD_INVALID: 'UploadInvalid',
  DIGEST_INVALID: 'DigestMismatch',
  SIZE_INVALID: 'DigestMismatch',
  MANIFEST_INVALID: 'ManifestInvalid',
  MANIFEST_UNKNOWN: 'ManifestUnknown',
  NAME_UNKNOWN: 'NameUnknown',
  NAME_INVALID: 'InvalidReference',
  UNSUPPORTED: 'Unsupported',
  DENIED: 'Denied',
  UNAUTHORIZED: 'Unauthorized',
};

/** What a registry says in an error body (distribution-spec, "Error Codes"), cut to printable text. */
export interface AnsweredError {
  code?: string;
  message: string;
}

/** Reads the first error of a body; never throws, the body is untrusted and may be anything. */
export async function readAnsweredError(response: TransportResponse): Promise<AnsweredError> {
  try {
    const body = await readBody(response, maxErrorBytes);
    const error = JSON.parse(body.toString('utf8')).errors?.[0];
    const code = typeof error?.code === 'string' ? error.code : undefined;
    const message = printable(error?.message) || printable(error?.detail) || printable(code);
    return { ...(code && { code }), message: message || `status ${response.status}` };
  } catch {
    response.body.destroy();
    return { message: `status ${response.status}` };
  }
}

/**
 * The error for a failed request.
 *
 * @param what the thing asked for, as the message's subject: `localhost:5000/app:v1`
 * @param notFound what 404 means here
 */
export async function answerError(
  response: TransportResponse,
  host: string,
  what: string,
  notFound: OciErrorCode,
): Promise<OciError> {
  const { code, message } = await readAnsweredError(response);
  const { status } = response;
  if (status === 401) {
    return new OciError('Unauthorized', `${host} wants other credentials for ${what}: ${message}`, {
      hint: `log in: skopeo login ${host}`,
    });
  }
  if (status === 403) {
    return new OciError('Denied', `${host} denies access to ${what}: ${message}`, {
      hint: 'ask for the permission, or log in as someone who has it',
    });
  }
  const mapped = code ? codes[code] : undefined;
  if (status === 404)
    return new OciError(
      mapped === 'NameUnknown' && notFound !== 'NameUnknown' ? notFound : (mapped ?? notFound),
      `${what} does not exist: ${message}`,
    );
  if (status === 405)
    return new OciError('Unsupported', `${host} does not offer this for ${what}: ${message}`);
  if (status === 413) return new OciError('ManifestTooLarge', `${host} finds ${what} too large: ${message}`);
  if (status === 416)
    return new OciError('RangeInvalid', `${host} rejects the range for ${what}: ${message}`);
  if (status === 507) {
    return new OciError('StorageFull', `${host} has no room for ${what}: ${message}`, {
      hint: 'free space on the registry, and try again',
    });
  }
  return new OciError(mapped ?? 'RegistryError', `${host} answered ${status} for ${what}: ${message}`);
}

function printable(value: unknown): string {
  return typeof value === 'string' ? value.replace(/[^\x20-\x7e]+/g, ' ').slice(0, 500) : '';
}
