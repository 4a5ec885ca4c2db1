import { testRules } from './testing/rule-table.ts';

testRules('what Tekton refuses in variables of Pipelines', [
  {
    what: 'results of a child pipeline',
    kind: 'Pipeline',
    spec: {
      tasks: [
        { name: 'a', pipelineRef: { name: 'p' } },
        { name: 'b', taskRef: { name: 'x' }, params: [{ name: 'p', value: '$(tasks.a.results.r)' }] },
      ],
    },
    options: { featureFlags: { enableApiFields: 'alpha' } },
    expected: [
      'invalid value: result reference to pipelineTask "a" is not supported: referenced task uses pipelineRef or pipelineSpec and result propagation from child Pipelines is not yet implemented: spec.tasks[1]',
    ],
  },
  {
    what: 'declared params',
    kind: 'Pipeline',
    spec: {
      params: [
        { name: 'a', type: 'number' },
        { name: 'b', type: 'array', default: 'x' },
        { name: 'c' },
        { name: 'c' },
      ],
      tasks: [{ name: 'a', taskRef: { name: 'x' } }],
    },
    expected: [
      '"array" type does not match default value\'s type: "string": spec.finally.params.b.default.type, spec.finally.params.b.type, spec.tasks.params.b.default.type, spec.tasks.params.b.type',
      'invalid value: number: spec.finally.params.a.type, spec.tasks.params.a.type',
      'parameter appears more than once: spec.finally.params[c], spec.tasks.params[c]',
    ],
  },
  {
    what: 'a param of a task twice',
    kind: 'Pipeline',
    spec: {
      tasks: [
        {
          name: 'a',
          taskRef: { name: 'x' },
          params: [
            { name: 'p', value: '1' },
            { name: 'p', value: '2' },
          ],
        },
      ],
    },
    expected: [
      'parameter names must be unique, the parameter "p" is also defined at: spec.tasks[0].params[1].name',
    ],
  },
  {
    what: 'undeclared params everywhere',
    kind: 'Pipeline',
    spec: {
      params: [
        { name: 'l', type: 'array' },
        { name: 'o', type: 'object', properties: { k: {} } },
      ],
      tasks: [
        {
          name: 'a',
          taskRef: { name: 'x' },
          params: [
            { name: 's', value: '$(params.q)' },
            { name: 'l', value: ['$(params.q)', '-$(params.l[*])'] },
            { name: 'o', value: { k: '$(params.o.z)' } },
            { name: 'w', value: '$(params.q[*])' },
            { name: 'y', value: 'x $(params.l[*])' },
          ],
          matrix: {
            params: [{ name: 'm', value: ['$(params.q)'] }],
            include: [{ name: 'i', params: [{ name: 'n', value: '$(params.q)' }] }],
          },
          when: [{ input: '$(params.q)', operator: 'in', values: ['$(params.l[*])', '$(params.q)'] }],
        },
      ],
    },
    expected: [
      'non-existent variable in "$(params.o.z)": spec.tasks[0].params[o].properties[k]',
      'non-existent variable in "$(params.q)": spec.tasks[0].matrix.include.params[0], spec.tasks[0].matrix.params[m].value[0], spec.tasks[0].params[l].value[0], spec.tasks[0].params[s], spec.tasks[0].when[0].input, spec.tasks[0].when[0].values',
      'non-existent variable in "$(params.q[*])": spec.tasks[0].params[w]',
      'variable is not properly isolated in "-$(params.l[*])": spec.tasks[0].params[l].value[1]',
      'variable type invalid in "x $(params.l[*])": spec.tasks[0].params[y]',
    ],
  },
  {
    what: 'undeclared params in an embedded task',
    kind: 'Pipeline',
    spec: { tasks: [{ name: 'a', taskSpec: { steps: [{ name: 's', image: 'i', script: '$(params.q)' }] } }] },
    expected: ['non-existent variable in "$(params.q)": spec.tasks[0].steps[0].script'],
  },
  {
    what: 'context of the last task',
    kind: 'Pipeline',
    spec: {
      tasks: [
        { name: 'a', taskRef: { name: 'x' }, params: [{ name: 'p', value: '$(context.pipelineRun.x)' }] },
        {
          name: 'b',
          taskRef: { name: 'x' },
          params: [{ name: 'p', value: '$(context.pipeline.x) $(context.pipelineTask.retries)' }],
        },
      ],
    },
    expected: [
      'non-existent variable in "$(context.pipeline.x) $(context.pipelineTask.retries)": spec.tasks.value',
    ],
  },
  {
    what: 'status of other tasks',
    kind: 'Pipeline',
    spec: {
      tasks: [
        {
          name: 'a',
          taskRef: { name: 'x' },
          when: [{ input: '$(tasks.b.status)', operator: 'in', values: ['a'] }],
        },
        { name: 'b', taskRef: { name: 'x' } },
      ],
    },
    expected: [
      'invalid value: pipeline tasks can not refer to execution status of any other pipeline task or aggregate status of tasks: spec.tasks[0].when[0]',
    ],
  },
  {
    what: 'status in finally',
    kind: 'Pipeline',
    spec: {
      tasks: [{ name: 'a', taskRef: { name: 'x' } }],
      finally: [
        {
          name: 'f',
          taskRef: { name: 'x' },
          params: [
            { name: 's', value: '$(tasks.status)' },
            { name: 'r', value: '$(tasks.a.reason)' },
            { name: 'n', value: '$(tasks.none.status)' },
          ],
        },
      ],
    },
    expected: [
      'invalid value: pipeline task none is not defined in the pipeline: spec.finally[0].params[n].value',
    ],
  },
  {
    what: 'results in finally',
    kind: 'Pipeline',
    spec: {
      tasks: [{ name: 'a', taskRef: { name: 'x' } }],
      finally: [
        {
          name: 'f',
          taskRef: { name: 'x' },
          params: [
            { name: 'g', value: '$(tasks.g.results.r)' },
            { name: 'n', value: '$(tasks.none.results.r)' },
          ],
        },
        { name: 'g', taskRef: { name: 'x' } },
      ],
    },
    expected: [
      'invalid value: invalid task result reference, final task has task result reference from a final task g: spec.finally[0].params[g].value',
      'invalid value: invalid task result reference, final task has task result reference from a task none which is not defined in the pipeline: spec.finally[0].params[n].value',
    ],
  },
  {
    what: 'results',
    kind: 'Pipeline',
    spec: {
      tasks: [{ name: 'a', taskRef: { name: 'x' } }],
      results: [
        { name: 'r', value: 'x' },
        { name: 's', value: '$(params.p)' },
        { name: 't', value: '$(tasks.a.results.b.c.d)' },
        { name: 'u', value: '$(finally.a.results.r)' },
        { name: 'v', value: 'a $(tasks.a.results.r)' },
      ],
    },
    expected: [
      'invalid value: expected all of the expressions [tasks.a.results.b.c.d] to be result expressions but only [] were: spec.results[2].value',
      'invalid value: expected pipeline results to be task result expressions but an invalid expressions was found: spec.results[0].value, spec.results[1].value',
      'invalid value: expected pipeline results to be task result expressions but no expressions were found: spec.results[0].value',
      'invalid value: referencing a nonexistent task: spec.results[0].value, spec.results[1].value, spec.results[2].value, spec.results[3].value, spec.results[4].value',
    ],
  },
  {
    what: 'a matrix, stable',
    kind: 'Pipeline',
    spec: {
      tasks: [{ name: 'a', taskRef: { name: 'x' }, matrix: { params: [{ name: 'm', value: ['1'] }] } }],
    },
    options: { featureFlags: { enableApiFields: 'stable' } },
    expected: [
      'matrix requires "enable-api-fields" feature gate to be "alpha" or "beta" but it is "stable": ',
    ],
  },
  {
    what: 'a matrix with names twice',
    kind: 'Pipeline',
    spec: {
      tasks: [
        {
          name: 'a',
          taskRef: { name: 'x' },
          params: [{ name: 'i', value: '1' }],
          matrix: {
            params: [
              { name: 'm', value: ['1'] },
              { name: 'm', value: ['2'] },
            ],
            include: [
              {
                name: 'x',
                params: [
                  { name: 'i', value: '1' },
                  { name: 'i', value: '2' },
                ],
              },
            ],
          },
        },
      ],
    },
    expected: [
      'expected exactly one, got both: spec.tasks[0].matrix[i], spec.tasks[0].params[i]',
      'parameter names must be unique, the parameter "i" is also defined at: spec.tasks[0].matrix.include[0].params[1].name',
      'parameter names must be unique, the parameter "m" is also defined at: spec.tasks[0].matrix.params[1].name',
    ],
  },
  {
    what: 'one result of a matrix',
    kind: 'Pipeline',
    spec: {
      tasks: [
        { name: 'a', taskRef: { name: 'x' }, matrix: { params: [{ name: 'm', value: ['1'] }] } },
        { name: 'b', taskRef: { name: 'x' }, params: [{ name: 'p', value: '$(tasks.a.results.r[0])' }] },
      ],
    },
    expected: [
      'A matrixed pipelineTask can only be consumed in aggregate using [*] notation, but is currently set to tasks.a.results.r[0]: ',
    ],
  },
  {
    what: 'a list as the result of a matrix',
    kind: 'Pipeline',
    spec: {
      tasks: [
        {
          name: 'a',
          taskSpec: { steps: [{ name: 's', image: 'i' }], results: [{ name: 'r', type: 'array' }] },
          matrix: { params: [{ name: 'm', value: ['1'] }] },
        },
        { name: 'b', taskRef: { name: 'x' }, params: [{ name: 'p', value: '$(tasks.a.results.r[*])' }] },
      ],
    },
    expected: [
      'invalid value: Matrixed PipelineTasks emitting results must have an underlying type string, but result r has type array in pipelineTask: spec.tasks',
    ],
  },
  {
    what: 'artifacts of tasks',
    kind: 'Pipeline',
    spec: {
      tasks: [
        { name: 'a', taskRef: { name: 'x' } },
        { name: 'b', taskRef: { name: 'x' }, params: [{ name: 'p', value: '$(tasks.a.outputs.i)' }] },
      ],
    },
    expected: [
      'feature flag enable-artifacts should be set to true to use artifacts feature.: spec.tasks[1].params',
    ],
  },
  {
    what: 'a shell variable in a matrix',
    kind: 'Pipeline',
    spec: {
      tasks: [
        {
          name: 'a',
          taskRef: { name: 'x' },
          matrix: {
            params: [{ name: 'm', value: ['$(HOME)'] }],
            include: [{ name: 'i', params: [{ name: 'n', value: '$(USER)' }] }],
          },
        },
      ],
    },
    expected: [
      'invalid value: invalid variable reference "$(HOME)", must start with a valid prefix: params, tasks, finally, context, workspaces, or results; if you meant a shell variable, use ${VAR} instead: spec.tasks[0].matrix.params[m].value',
      'invalid value: invalid variable reference "$(USER)", must start with a valid prefix: params, tasks, finally, context, workspaces, or results; if you meant a shell variable, use ${VAR} instead: spec.tasks[0].matrix.include[0].params[n].value',
    ],
  },
]);
