import { testRules } from './testing/rule-table.ts';

testRules('what Tekton refuses in Tasks and StepActions', [
  {
    what: 'two steps, the first with an array in its script',
    kind: 'Task',
    spec: {
      params: [{ name: 'l', type: 'array' }],
      steps: [
        { name: 's', image: 'i', script: '$(params.l[*])' },
        { name: 'b', image: 'i' },
      ],
    },
    expected: ['variable type invalid in "$(params.l[*])": spec.steps[1].steps[0].script'],
  },
  {
    what: 'an unknown param in each field',
    kind: 'Task',
    spec: {
      steps: [
        {
          name: 's',
          image: '$(params.a)',
          workingDir: '$(params.b)',
          command: ['$(params.c)'],
          args: ['x', '$(params.d)'],
          env: [{ name: 'E', value: '$(params.e)' }],
          volumeMounts: [{ name: '$(params.f)', mountPath: '$(params.g)', subPath: '$(params.h)' }],
          onError: '$(params.z)',
        },
      ],
    },
    expected: [
      'non-existent variable in "$(params.a)": spec.steps[0].image',
      'non-existent variable in "$(params.b)": spec.steps[0].workingDir',
      'non-existent variable in "$(params.c)": spec.steps[0].command[0]',
      'non-existent variable in "$(params.d)": spec.steps[0].args[1]',
      'non-existent variable in "$(params.e)": spec.steps[0].env[E]',
      'non-existent variable in "$(params.f)": spec.steps[0].volumeMount[0].name',
      'non-existent variable in "$(params.g)": spec.steps[0].volumeMount[0].MountPath',
      'non-existent variable in "$(params.h)": spec.steps[0].volumeMount[0].SubPath',
      'non-existent variable in "$(params.z)": spec.steps[0].onError',
    ],
  },
  {
    what: 'params with too many parts',
    kind: 'Task',
    spec: { params: [{ name: 'a' }], steps: [{ name: 's', image: 'i', script: '$(params.a.b.c)' }] },
    expected: [
      'Invalid referencing of parameters in "$(params.a.b.c)"! Only two dot-separated components after the prefix "params" are allowed.: spec.steps[0].script',
    ],
  },
  {
    what: 'a key that an object does not have',
    kind: 'Task',
    spec: {
      params: [{ name: 'o', type: 'object', properties: { k: {} } }],
      steps: [{ name: 's', image: 'i', script: '$(params.o.x)' }],
    },
    expected: ['non-existent variable in "$(params.o.x)": spec.steps[0].script'],
  },
  {
    what: 'an object as a whole',
    kind: 'Task',
    spec: {
      params: [{ name: 'o', type: 'object', properties: { k: {} } }],
      steps: [{ name: 's', image: 'i', args: ['$(params.o[*])'] }],
    },
    expected: ['variable type invalid in "$(params.o[*])": spec.steps[0].args[0]'],
  },
  {
    what: 'names with brackets and dots',
    kind: 'Task',
    spec: {
      params: [{ name: 'a.b' }],
      steps: [{ name: 's', image: 'i', script: '$(params["a.b"]) $(params[\'a.b\']) $(params["a.c"])' }],
    },
    expected: [
      'non-existent variable in "$(params[\\"a.b\\"]) $(params[\'a.b\']) $(params[\\"a.c\\"])": spec.steps[0].script',
    ],
  },
  {
    what: 'unknown context',
    kind: 'Task',
    spec: { steps: [{ name: 's', image: 'i', script: '$(context.taskRun.nam) $(context.task.name)' }] },
    expected: [
      'non-existent variable in "$(context.taskRun.nam) $(context.task.name)": spec.steps[0].script',
    ],
  },
  {
    what: 'an unknown result in a script',
    kind: 'Task',
    spec: {
      results: [{ name: 'r' }],
      steps: [{ name: 's', image: 'i', script: '$(results.r.path) $(results.s.path)' }],
    },
    expected: ['non-existent variable in "$(results.r.path) $(results.s.path)": spec.steps[0].script'],
  },
  {
    what: 'an unknown result of a step',
    kind: 'Task',
    spec: { steps: [{ name: 's', image: 'i', results: [{ name: 'r' }], script: '$(step.results.x.path)' }] },
    expected: ['non-existent variable in "$(step.results.x.path)": spec.steps[0].script'],
  },
  {
    what: 'bad result names',
    kind: 'Task',
    spec: { steps: [{ name: 's', image: 'i', results: [{ name: '-r' }] }], results: [{ name: '_' }] },
    expected: [
      'invalid key name "-r": spec.steps.results[0][0].name',
      "Name must consist of alphanumeric characters, '-', '_', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my-name',  or 'my_name', regex used for validation is '^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$')",
      'invalid key name "_": spec.results[0].name',
      "Name must consist of alphanumeric characters, '-', '_', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my-name',  or 'my_name', regex used for validation is '^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$')",
    ],
  },
  {
    what: 'a result of an unknown type',
    kind: 'Task',
    spec: { steps: [{ name: 's', image: 'i' }], results: [{ name: 'r', type: 'number' }] },
    expected: ['invalid value: number: spec.results[0].type', 'type must be string'],
  },
  {
    what: 'object results',
    kind: 'Task',
    spec: {
      steps: [{ name: 's', image: 'i' }],
      results: [
        { name: 'a', type: 'object' },
        { name: 'b', type: 'object', properties: { k: { type: 'array' } } },
      ],
    },
    expected: [
      'The value type specified for these keys [k] is invalid, the type must be string: spec.results[1].b.properties',
      'missing field(s): spec.results[0].a.properties',
    ],
  },
  {
    what: 'a result whose value is no text',
    kind: 'Task',
    spec: { steps: [{ name: 's', image: 'i' }], results: [{ name: 'r', value: ['a'] }] },
    expected: ['Invalid Type. Wanted string but got: "array": spec.results[0].r.type'],
  },
  {
    what: 'a result whose value is no step result',
    kind: 'Task',
    spec: { steps: [{ name: 's', image: 'i' }], results: [{ name: 'r', value: '$(params.x)' }] },
    expected: [
      'Could not extract step name and result name. Expected value to look like $(steps.<stepName>.results.<resultName>) but got "$(params.x)": spec.results[0].r.value',
    ],
  },
  {
    what: 'a result from impossible names',
    kind: 'Task',
    spec: { steps: [{ name: 's', image: 'i' }], results: [{ name: 'r', value: '$(steps.S_.results.-)' }] },
    expected: [
      'invalid extracted result name "-": spec.results[0].r.value',
      "resultName in $(steps.<stepName>.results.<resultName>) must consist of alphanumeric characters, '-', '_', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my-name',  or 'my_name', regex used for validation is '^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$')",
      'invalid extracted step name "S_": spec.results[0].r.value',
      'stepName in $(steps.<stepName>.results.<resultName>) must be a valid DNS Label, For more info refer to https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#names',
    ],
  },
  {
    what: 'step results: an unknown type',
    kind: 'Task',
    spec: { steps: [{ name: 's', image: 'i', results: [{ name: 'r', type: 'number' }] }] },
    expected: ['invalid value: number: spec.steps.results[0][0].type', 'invalid type number'],
  },
  {
    what: 'param names',
    kind: 'Task',
    spec: {
      steps: [{ name: 's', image: 'i' }],
      params: [{ name: '0a' }, { name: 'b c' }, { name: 'o.k', type: 'object', properties: { 'x.y': {} } }],
    },
    expected: [
      'Object param name and key name format is invalid: map[o.k:[x.y]]: spec.params',
      'Object Names: ',
      'Must only contain alphanumeric characters, hyphens (-), underscores (_) ',
      'Must begin with a letter or an underscore (_)',
      'The format of following array and string variable names is invalid: [0a b c]: spec.params',
      'String/Array Names: ',
      'Must only contain alphanumeric characters, hyphens (-), underscores (_), and dots (.)',
      'Must begin with a letter or an underscore (_)',
    ],
  },
  {
    what: 'an object whose keys are no texts',
    kind: 'Task',
    spec: {
      steps: [{ name: 's', image: 'i' }],
      params: [{ name: 'o', type: 'object', properties: { a: { type: 'array' }, b: { type: 'object' } } }],
    },
    expected: ['The value type specified for these keys [a b] is invalid: spec.params.o.properties'],
  },
  {
    what: 'an enum without its flag',
    kind: 'Task',
    spec: { steps: [{ name: 's', image: 'i' }], params: [{ name: 'p', enum: ['a'] }] },
    expected: ['feature flag `enable-param-enum` should be set to true to use Enum: spec.params[p]'],
  },
  {
    what: 'a wrong enum',
    kind: 'Task',
    spec: {
      steps: [{ name: 's', image: 'i' }],
      params: [
        { name: 'p', enum: ['a', 'a'], default: 'b' },
        { name: 'q', type: 'array', enum: ['x'] },
      ],
    },
    options: { featureFlags: { enableParamEnum: true } },
    expected: [
      'enum can only be set with string type param: spec.params[q]',
      'param default value b not in the enum list: spec.params[p]',
      'parameter enum value a appears more than once: spec.params[p]',
    ],
  },
]);
