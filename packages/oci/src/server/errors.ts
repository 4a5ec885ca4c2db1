import type { FastifyReply } from 'fastify';
import { isOciError, type OciErrorCode } from '../error.ts';

interface Answer {
  status: number;
  /** Code of the distribution-spec, "Error Codes". */
  code: string;
}

const answers: Partial<Record<OciErrorCode, Answer>> = {
  BlobUnknown: { status: 404, code: 'BLOB_UNKNOWN' },
  UploadUnknown: { status: 404, code: 'BLOB_UPLOAD_UNKNOWN' },
  UploadInvalid: { status: 400, code: 'BLOB_UPLOAD_INVALID' },
  RangeInvalid: { status: 416, code: 'BLOB_UPLOAD_INVALID' },
  InvalidDigest: { status: 400, code: 'DIGEST_INVALID' },
  DigestMismatch: { status: 400, code: 'DIGEST_INVALID' },
  ManifestUnknown: { status: 404, code: 'MANIFEST_UNKNOWN' },
  ManifestInvalid: { status: 400, code: 'MANIFEST_INVALID' },
  ManifestTooLarge: { status: 413, code: 'SIZE_INVALID' },
  NameUnknown: { status: 404, code: 'NAME_UNKNOWN' },
  InvalidReference: { status: 400, code: 'NAME_INVALID' },
  Unauthorized: { status: 401, code: 'UNAUTHORIZED' },
  Denied: { status: 403, code: 'DENIED' },
  Conflict: { status: 412, code: 'DENIED' },
  Unsupported: { status: 405, code: 'UNSUPPORTED' },
  StorageFull: { status: 507, code: 'STORAGE_FULL' },
};

/** Sends an error in the spec's form; what is not ours is logged and answered without its inner text. */
export function sendError(reply: FastifyReply, error: unknown): FastifyReply {
  if (isOciError(error)) {
    const known = answers[error.code];
    // What a digest names is not here if what is here has another digest. Not 500: asking again does not help.
    const read = reply.request.method === 'GET' || reply.request.method === 'HEAD';
    const status = error.code === 'DigestMismatch' && read ? 404 : (known?.status ?? 500);
    const code = known?.code ?? 'UNKNOWN';
    return sendErrorCode(reply, status, code, error.hint ? `${error.message}; ${error.hint}` : error.message);
  }
  if (isHttpError(error) && error.statusCode >= 400 && error.statusCode < 500) {
    return sendErrorCode(reply, error.statusCode, 'UNSUPPORTED', error.message);
  }
  reply.log.error(error);
  return sendErrorCode(reply, 500, 'UNKNOWN', 'the registry failed; its log says why');
}

export function sendErrorCode(
  reply: FastifyReply,
  status: number,
  code: string,
  message: string,
): FastifyReply {
  const body = Buffer.from(JSON.stringify({ errors: [{ code, message, detail: null }] }));
  // The rest of a body nobody wants any more: let it pass, so that the client gets to read the answer.
  if (!reply.request.raw.complete) reply.request.raw.resume();
  return reply.code(status).header('content-type', 'application/json').send(body);
}

function isHttpError(error: unknown): error is Error & { statusCode: number } {
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number';
}
