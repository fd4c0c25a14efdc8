import type { Edit } from '../../network/edit.ts'
import type { Patch } from '../../network/policy/patch.ts'
import { isRecord } from '../../snapshot/kinds/json.ts'
import { keyOf } from '../../snapshot/snapshot.ts'

/**
 * The changes that would each allow one port, as one change for all of these ports: for every kind of change that all
 * ports have at the same place.
 *
 * @param byPort the possible changes for each port, the same direction of the same flow
 */
export function joinedPatches(byPort: readonly (readonly Patch[])[]): readonly Patch[] {
  const [first = [], ...others] = byPort
  return first.flatMap((patch) => {
    const same = others.map((patches) => patches.find((other) => isSamePlace(patch, other)))
    const found = same.filter((other) => other !== undefined)
    return found.length < others.length ? [] : [found.reduce(join, patch)]
  })
}

const isSamePlace = (a: Patch, b: Patch): boolean =>
  a.is === b.is && keyOf(a.policy) === keyOf(b.policy) && a.field === b.field

function join(a: Patch, b: Patch): Patch {
  if (JSON.stringify(a.after) === JSON.stringify(b.after)) return a
  if (a.is === 'new-policy') return withPorts(a, b)
  const edit: Edit =
    a.edit.kind === 'patch' && b.edit.kind === 'patch'
      ? { ...a.edit, operations: [...a.edit.operations, ...b.edit.operations] }
      : a.edit
  return { ...a, edit, after: [a.after, b.after].flat() }
}

/** Both policies are the same but for the ports of their only rule. */
function withPorts(a: Patch, b: Patch): Patch {
  const ports = [...portsOf(a.after), ...portsOf(b.after)]
  const after = mapRule(a.after, (rule) => ({ ...rule, ports }))
  const edit: Edit =
    a.edit.kind === 'create' && isRecord(a.edit.object)
      ? { ...a.edit, object: { ...a.edit.object, spec: after } }
      : a.edit
  return { ...a, edit, after }
}

function portsOf(spec: unknown): readonly unknown[] {
  const found: unknown[] = []
  mapRule(spec, (rule) => {
    if (Array.isArray(rule['ports'])) found.push(...rule['ports'])
    return rule
  })
  return found
}

function mapRule(
  spec: unknown,
  change: (rule: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>,
): unknown {
  if (!isRecord(spec)) return spec
  return Object.fromEntries(
    Object.entries(spec).map(([key, value]) =>
      key === 'ingress' || key === 'egress'
        ? [key, Array.isArray(value) ? value.map((rule) => (isRecord(rule) ? change(rule) : rule)) : value]
        : [key, value],
    ),
  )
}
