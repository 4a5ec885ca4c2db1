import { awsBuiltins } from './aws/aws.ts';
import type { Builtin } from './builtin.ts';
import { hashBuiltins } from './crypto/hashes.ts';
import { base64Builtins } from './encoding/base64.ts';
import { hexBuiltins } from './encoding/hex.ts';
import { urlqueryBuiltins } from './encoding/urlquery.ts';
import { graphBuiltins } from './graph/graph.ts';
import { graphqlBuiltins } from './graphql/graphql.ts';
import { jwtBuiltins } from './jwt/jwt.ts';
import { netBuiltins } from './net/net.ts';
import { regoBuiltins } from './rego/rego.ts';
import { semverBuiltins } from './semver.ts';
import { renderingBuiltins } from './template/template.ts';
import { timeBuiltins } from './time/time.ts';
import { unitsBuiltins } from './units.ts';
import { uuidBuiltins } from './uuid.ts';
import { x509Builtins } from './x509/x509.ts';
import { yamlBuiltins } from './yaml/yaml.ts';

/** The builtins beyond the core of the language: time, networks, encodings, cryptography, tokens and what else policies reach for. */
export const furtherBuiltins: readonly Builtin[] = [
  ...timeBuiltins,
  ...base64Builtins,
  ...hexBuiltins,
  ...urlqueryBuiltins,
  ...semverBuiltins,
  ...unitsBuiltins,
  ...graphBuiltins,
  ...netBuiltins,
  ...hashBuiltins,
  ...x509Builtins,
  ...jwtBuiltins,
  ...uuidBuiltins,
  ...graphqlBuiltins,
  ...renderingBuiltins,
  ...yamlBuiltins,
  ...regoBuiltins,
  ...awsBuiltins,
];
