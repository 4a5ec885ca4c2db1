import { testRules } from './testing/rule-table.ts';

const step = { name: 's', image: 'i' };
const quantity =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

testRules('what is absent or empty is read as Go reads it', [
  {
    what: 'a param without name, and one that is not there',
    kind: 'Task',
    spec: { params: [{ type: 'string' }], steps: [{ ...step, script: '$(params.near)' }] },
    expected: [
      'The format of following array and string variable names is invalid: []: spec.params',
      'String/Array Names: ',
      'Must only contain alphanumeric characters, hyphens (-), underscores (_), and dots (.)',
      'Must begin with a letter or an underscore (_)',
      'non-existent variable in "$(params.near)": spec.steps[0].script',
    ],
  },
  {
    what: 'two tasks without name',
    kind: 'Pipeline',
    spec: { tasks: [{ taskRef: { name: 'a' } }, { taskRef: { name: 'b' } }] },
    expected: [
      'expected exactly one, got both: spec.tasks[1].name',
      'invalid value "": spec.tasks[0].name, spec.tasks[1].name',
      'Pipeline Task name must be a valid DNS Label.For more info refer to https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#names',
      "invalid value: task  is already present in Graph, can't add it again: duplicate pipeline task: spec.tasks",
    ],
  },
  {
    what: 'an unknown variable in a param without name',
    kind: 'Pipeline',
    spec: { tasks: [{ name: 'a', taskRef: { name: 'b' }, params: [{ value: '$(params.no)' }] }] },
    expected: ['non-existent variable in "$(params.no)": spec.tasks[0].params[]'],
  },
  {
    what: 'a sidecar that uses a workspace, and a workspace without name',
    kind: 'Task',
    spec: {
      steps: [step],
      workspaces: [{ description: 'd' }],
      sidecars: [{ name: 'c', image: 'i', workspaces: [{ name: 'w', mountPath: '/w' }] }],
    },
    expected: ['undefined workspace "w": spec.sidecars[0].workspaces[0].name'],
  },
  {
    what: 'an object without keys',
    kind: 'Task',
    spec: { params: [{ name: 'o', type: 'object', properties: {} }], steps: [step] },
    expected: ['missing field(s): spec.o.properties'],
  },
  {
    what: 'empty lists of tasks and finally',
    kind: 'Pipeline',
    spec: { description: '', tasks: [], finally: [] },
    expected: [
      'expected at least one, got none: spec.description, spec.params, spec.resources, spec.tasks, spec.workspaces',
    ],
  },
  {
    what: 'a param without value',
    kind: 'TaskRun',
    spec: { taskRef: { name: 't' }, params: [{ name: 'a' }] },
    expected: ['missing field(s): spec.params[a].value'],
  },
  {
    what: 'a param of a task without value',
    kind: 'Pipeline',
    spec: { tasks: [{ name: 't', taskRef: { name: 'x' }, params: [{ name: 'a' }] }] },
    expected: ['missing field(s): spec.tasks[0].params[0].value'],
  },
  {
    what: "a param of a step's StepAction without value",
    kind: 'Task',
    spec: { steps: [{ name: 's', ref: { name: 'x' }, params: [{ name: 'a' }] }] },
    expected: ['missing field(s): spec.steps[0].params[a].value'],
  },
  {
    what: 'a claim of a size that is no quantity',
    kind: 'TaskRun',
    spec: {
      taskRef: { name: 't' },
      workspaces: [
        { name: 'w', volumeClaimTemplate: { spec: { resources: { requests: { storage: 'big' } } } } },
      ],
    },
    expected: [`${quantity}: spec.workspaces[0].volumeClaimTemplate.spec.resources.requests.storage`],
  },
  {
    what: 'a timeout that is none',
    kind: 'CustomRun',
    spec: { customRef: { apiVersion: 'example.dev/v1', kind: 'Wait' }, timeout: 'soon' },
    expected: ['invalid value: time: invalid duration "soon": spec.timeout'],
  },
  {
    what: 'limits that are no quantities, wherever they stand',
    kind: 'PipelineRun',
    spec: {
      pipelineSpec: {
        tasks: [
          {
            name: 't',
            taskSpec: { steps: [{ ...step, computeResources: { requests: { memory: '1 Gi' } } }] },
          },
        ],
      },
      taskRunSpecs: [{ pipelineTaskName: 't', computeResources: { limits: { cpu: '$(params.c)' } } }],
    },
    expected: [
      `${quantity}: spec.pipelineSpec.tasks[0].taskSpec.steps[0].computeResources.requests.memory, spec.taskRunSpecs[0].computeResources.limits.cpu`,
    ],
  },
  {
    what: 'a custom task without kind, which gets the kind of a Task',
    kind: 'Pipeline',
    spec: { tasks: [{ name: 't', taskRef: { apiVersion: 'example.dev/v1' } }] },
    expected: [''],
  },
  {
    what: 'a result used where no task waits for it',
    kind: 'Pipeline',
    spec: {
      tasks: [
        { name: 't', taskRef: { name: 'x' }, displayName: '$(tasks.none.results.r)' },
        {
          name: 'u',
          taskRef: { name: 'x' },
          params: [{ name: 'p', value: '$(tasks.none.matrix.r.length)' }],
        },
      ],
    },
    expected: [''],
  },
  {
    what: "a final task's result in a step",
    kind: 'Pipeline',
    spec: {
      tasks: [{ name: 't', taskSpec: { steps: [{ ...step, args: ['$(finally.f.results.r)'] }] } }],
      finally: [{ name: 'f', taskRef: { name: 'x' } }],
    },
    expected: [
      "invalid value: couldn't add link between t and f: task t depends on f but f wasn't present in Pipeline: spec.tasks",
    ],
  },
]);
