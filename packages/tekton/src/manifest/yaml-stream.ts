import type { Document, ParsedNode, ScalarTag } from 'yaml';
import { LineCounter, parseAllDocuments } from 'yaml';

/** What YAML 1.1, and with it kubectl, reads differently from YAML 1.2. */
const kubernetesScalars: ScalarTag[] = [
  {
    tag: 'tag:yaml.org,2002:bool',
    default: true,
    test: /^(?:y|Y|yes|Yes|YES|on|On|ON|n|N|no|No|NO|off|Off|OFF)$/,
    resolve: (text) => /^(?:y|on)/i.test(text),
  },
  {
    tag: 'tag:yaml.org,2002:int',
    default: true,
    test: /^[-+]?0[0-7]+$/,
    resolve: (text) => Number.parseInt(text, 8),
  },
];

export interface YamlStream {
  documents: Document.Parsed<ParsedNode>[];
  counter: LineCounter;
  lines: string[];
}

/** Splits and parses a stream; errors stand in each document. Keys must be unique; `<<` merges. */
export function parseYamlStream(text: string): YamlStream {
  const counter = new LineCounter();
  const parsed = parseAllDocuments(text, {
    lineCounter: counter,
    prettyErrors: false,
    logLevel: 'error',
    uniqueKeys: true,
    merge: true,
    customTags: (tags) => [...kubernetesScalars, ...tags],
  });
  const documents = 'empty' in parsed ? [] : parsed;
  return { documents, counter, lines: text.split(/\r?\n/) };
}
