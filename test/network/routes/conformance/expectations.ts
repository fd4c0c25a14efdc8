import { type GoRecord, type GoValue, isGoRecord, literalsOf } from './go-literals.ts'

export const record = (value: GoValue | undefined): GoRecord => (isGoRecord(value) ? value : {})
export const text = (value: GoValue | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined

/** The requests of a test with what is expected of each. */
export function responsesIn(source: string): readonly GoRecord[] {
  return literalsOf(source, 'http.ExpectedResponse').filter((item) => {
    const { Host, Path } = record(item['Request'])
    // What the code puts together elsewhere says nothing by itself.
    return (
      isGoRecord(item['Request']) && !isComputed(Host) && !isComputed(Path) && !isComputed(item['ServerName'])
    )
  })
}

const isComputed = (value: GoValue | undefined): boolean => text(value)?.startsWith('=') === true

export interface Count {
  readonly owner: string
  readonly listener: string
  readonly attached: number
}

/** `AttachedRoutes` of listeners in the order of the code, each of the object that was named last before. */
export function countsIn(source: string): readonly Count[] {
  const parts =
    /NamespacedName\{[^}]*Name:\s*"([\w-]+)"|Name:\s*(?:v1\.|gatewayv1\.)?(?:SectionName\()?"([\w-]+)"\)?,\n|AttachedRoutes:\s*(\d+)/g
  const found: Count[] = []
  let owner = ''
  let listener = ''
  for (const [, named, section, attached] of source.matchAll(parts)) {
    if (named !== undefined) owner = named
    else if (section !== undefined) listener = section
    else found.push({ owner, listener, attached: Number(attached) })
  }
  return found
}

export interface RouteCondition {
  readonly route: string
  readonly gateway: string
  readonly reason: string
}

/** Conditions that one call expects of one route under one Gateway; a variable has the value that it was given last. */
export function conditionsIn(source: string): readonly RouteCondition[] {
  const calls = /Routes?MustHaveCondition\([^\n]*TimeoutConfig, (\w+), (\w+), (\w+)\)/g
  return [...source.matchAll(calls)].flatMap((call) => {
    const before = source.slice(0, call.index)
    const [, route = '', gateway = '', condition = ''] = call
    const reason = /RouteReason(\w+)/.exec(lastValue(before, condition, 'metav1\\.Condition') ?? '')?.[1]
    const [by, under] = [route, gateway].map(
      (variable) =>
        /Name:\s*"([\w-]+)"/.exec(lastValue(before, variable, 'types\\.NamespacedName') ?? '')?.[1],
    )
    return reason === undefined || by === undefined || under === undefined
      ? []
      : [{ route: by, gateway: under, reason }]
  })
}

function lastValue(source: string, variable: string, type: string): string | undefined {
  return [...source.matchAll(new RegExp(`\\b${variable} :?= ${type}\\{([^}]*)\\}`, 'g'))].at(-1)?.[1]
}
