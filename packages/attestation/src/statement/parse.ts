import { AttestationError } from '../error.ts';
import { isObject, isTextMap, type JsonBounds, parseBoundedJson } from './bounded-json.ts';
import { type Statement, statementTypes } from './statement.ts';

/** More subjects than any build has; a bound against hostile documents. */
const maxSubjects = 10_000;

/**
 * Reads an in-toto Statement, v0.1 or v1, from bytes of any origin. Unknown members are kept, as the specification
 * asks; the predicate is checked to be an object and no further (see `predicateFaults`).
 * Throws `InvalidJson` and `InvalidStatement`.
 */
export function parseStatement(bytes: Uint8Array, bounds?: JsonBounds): Statement {
  const value = parseBoundedJson(bytes, bounds);
  if (!isObject(value)) throw invalid('is not an object');
  if (value._type !== statementTypes.v1 && value._type !== statementTypes.v01) {
    throw invalid(
      `has _type ${JSON.stringify(value._type)}, not ${statementTypes.v1} or ${statementTypes.v01}`,
    );
  }
  if (typeof value.predicateType !== 'string' || value.predicateType === '')
    throw invalid('has no predicateType');
  if (!Array.isArray(value.subject)) throw invalid('has no list of subjects');
  if (value.subject.length > maxSubjects) throw invalid(`has more than ${maxSubjects} subjects`);
  value.subject.forEach((subject: unknown, i) => {
    if (!isObject(subject)) throw invalid(`has subject[${i}] that is not an object`);
    if (!isTextMap(subject.digest) || Object.keys(subject.digest).length === 0) {
      throw invalid(`has subject[${i}] without a digest`);
    }
    if (subject.name !== undefined && typeof subject.name !== 'string') {
      throw invalid(`has subject[${i}] with a name that is not text`);
    }
  });
  if (value.predicate === undefined || value.predicate === null) value.predicate = {};
  if (!isObject(value.predicate)) throw invalid('has a predicate that is not an object');
  return value as unknown as Statement;
}

function invalid(what: string): AttestationError {
  return new AttestationError('InvalidStatement', `in-toto statement ${what}`);
}
