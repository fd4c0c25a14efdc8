/** What the tests read of netdoctor's JSON. */
export interface Answered {
  /** `passes`, `fails`, `partly`, `unknown`: of all connections that the question is about. */
  readonly outcome: string
  /** What was taken for granted because it could not be read. */
  readonly assumptions: readonly string[]
  readonly problems: readonly Problem[]
  /** What clients would feel at the hops that fail, where netdoctor says it. */
  readonly symptoms: readonly string[]
}

/** One problem: its rule, what it is about, and the commands of its fix as they are printed. */
export interface Problem {
  readonly rule: string
  readonly severity: string
  /** `Service/auth-service` */
  readonly subject: string
  readonly commands: readonly string[]
}

/** Reads the JSON form (`netdoctor/v1`); throws when it is not that. */
export function parseAnswered(json: string): Answered {
  const answered: unknown = JSON.parse(json)
  if (field(answered, 'schema') !== 'netdoctor/v1')
    throw new Error(`not an answer of netdoctor: ${json.slice(0, 200)}`)
  const connections = list(field(answered, 'connections'))
  return {
    outcome: String(field(field(answered, 'verdict'), 'outcome')),
    assumptions: list(field(answered, 'assumptions')).map(String),
    problems: list(field(answered, 'problems')).map(parseProblem),
    symptoms: connections.flatMap(symptomsOf),
  }
}

/** The symptoms on a connection: of its hops, and of the hops through each endpoint. */
function symptomsOf(way: unknown): string[] {
  return list(field(way, 'hops')).flatMap((hop) => {
    const symptom = field(hop, 'symptom')
    const ofBranches = list(field(hop, 'branches')).flatMap(symptomsOf)
    return typeof symptom === 'string' ? [symptom, ...ofBranches] : ofBranches
  })
}

function parseProblem(problem: unknown): Problem {
  const subject = field(problem, 'subject')
  return {
    rule: String(field(problem, 'rule')),
    severity: String(field(problem, 'severity')),
    subject: `${field(subject, 'kind')}/${field(subject, 'name')}`,
    commands: list(field(field(problem, 'fix'), 'commands')).map(String),
  }
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
