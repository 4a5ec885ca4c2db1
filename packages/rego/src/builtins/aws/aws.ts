import { typeName } from '../../values/compare.ts';
import { stringifyJson } from '../../values/json.ts';
import { toBigInt } from '../../values/numbers.ts';
import { RegoObject } from '../../values/rego-object.ts';
import { RegoSet } from '../../values/rego-set.ts';
import { termText } from '../../values/term-text.ts';
import type { RegoNumber, Value } from '../../values/value.ts';
import type { Builtin } from '../builtin.ts';
import { bytesOf } from '../encoding/bytes.ts';
import { fault, numberOperand, objectOperand, operandFault, operandType } from '../operands.ts';
import { formatTime } from '../time/format.ts';
import { utc } from '../time/zone.ts';
import { any, number, objectOf, string } from '../types.ts';
import { parseUrl } from '../x509/url.ts';
import { type AwsCredentials, type AwsRequest, signRequest } from './sign.ts';

const requiredConfig = ['aws_access_key', 'aws_region', 'aws_secret_access_key', 'aws_service'];
const requiredRequest = ['method', 'url'];
/** What OPA's `http.send`, whose requests these are, accepts. */
const knownRequest = new Set([
  'method',
  'url',
  'body',
  'enable_redirect',
  'force_json_decode',
  'force_yaml_decode',
  'headers',
  'raw_body',
  'tls_use_system_certs',
  'tls_ca_cert',
  'tls_ca_cert_file',
  'tls_ca_cert_env_variable',
  'tls_client_cert',
  'tls_client_cert_file',
  'tls_client_cert_env_variable',
  'tls_client_key',
  'tls_client_key_file',
  'tls_client_key_env_variable',
  'tls_insecure_skip_verify',
  'tls_server_name',
  'timeout',
  'cache',
  'force_cache',
  'force_cache_duration_seconds',
  'raise_error',
  'caching_mode',
  'max_retry_attempts',
  'cache_ignored_headers',
]);

function names(list: readonly string[]): string {
  return termText(RegoSet.of(list));
}

function credentialsOf(config: RegoObject): AwsCredentials & { service: string } {
  const missing = requiredConfig.filter((name) => !config.has(name));
  if (missing.length > 0) {
    throw operandFault(2, `missing required AWS config parameters(s): ${names(missing)}`);
  }
  const invalid = requiredConfig.filter((name) => typeof config.get(name) !== 'string');
  if (invalid.length > 0) {
    throw operandFault(2, `invalid values for required AWS config parameters(s): ${names(invalid)}`);
  }
  const text = (name: string) => textOr(config.get(name), '');
  return {
    accessKey: text('aws_access_key'),
    secretKey: text('aws_secret_access_key'),
    region: text('aws_region'),
    sessionToken: text('aws_session_token'),
    service: text('aws_service'),
  };
}

function textOr(value: Value | undefined, absent: string): string {
  return typeof value === 'string' ? value : absent;
}

function requestOf(request: RegoObject): AwsRequest {
  const unknown = request.keys().filter((key) => typeof key !== 'string' || !knownRequest.has(key));
  if (unknown.length > 0) {
    throw operandFault(1, `invalid request parameters(s): ${termText(RegoSet.of(unknown))}`);
  }
  const missing = requiredRequest.filter((name) => !request.has(name));
  if (missing.length > 0) throw operandFault(1, `missing required request parameters(s): ${names(missing)}`);
  const headers = request.get('headers') ?? RegoObject.of([]);
  if (!(headers instanceof RegoObject)) throw operandType(0, headers, 'object');
  const invalid = requiredRequest.filter((name) => typeof request.get(name) !== 'string');
  if (invalid.length > 0) {
    throw operandFault(1, `invalid values for required request parameters(s): ${names(invalid)}`);
  }
  const text = textOr(request.get('url'), '');
  const url = parseUrl(text);
  if (!url) throw fault(`parse ${JSON.stringify(text)}: invalid URL`);
  const raw = request.get('raw_body');
  const body = request.get('body');
  const content =
    raw !== undefined ? textOr(raw, '') : body === undefined ? '' : stringifyJson(body, { escapeHtml: true });
  const named = [...headers.entries()].map(([key, value]) => [textOr(key, ''), textOr(value, '')] as const);
  return { method: textOr(request.get('method'), ''), url, headers: new Map(named), body: bytesOf(content) };
}

function timeOf(operand: Value | undefined): string {
  const nanoseconds = toBigInt(numberOperand(operand, 1) as RegoNumber);
  if (nanoseconds === undefined || BigInt.asIntN(64, nanoseconds) !== nanoseconds) {
    throw operandFault(3, 'could not convert time_ns value into a unix timestamp');
  }
  const seconds = Math.floor(Number(nanoseconds / 1_000_000n) / 1000);
  return formatTime({ seconds, nanoseconds: 0, zone: utc }, '20060102T150405Z');
}

/** OPA's `providers.aws.sign_req`: a request for `http.send` with the headers that AWS wants. */
export const awsBuiltins: readonly Builtin[] = [
  {
    name: 'providers.aws.sign_req',
    args: [objectOf(string, any), objectOf(string, any), number],
    result: objectOf(any, any),
    categories: ['providers.aws'],
    call: ([request, config, time]) => {
      const given = objectOperand(request, 1);
      const chosen = objectOperand(config, 1);
      const { service, ...credentials } = credentialsOf(chosen);
      const at = timeOf(time);
      const parsed = requestOf(given);
      const unsigned = chosen.get('disable_payload_signing') ?? false;
      if (typeName(unsigned) !== 'boolean') {
        throw operandFault(2, "invalid value for 'disable_payload_signing' in AWS config");
      }
      const headers = signRequest(parsed, service, credentials, at, unsigned !== true);
      const all = RegoObject.of([...parsed.headers, ...headers]);
      return RegoObject.of([...given.entries(), ['headers', all]]);
    },
  },
];
