import { UnknownVerdict, whole } from '../../network/inventory/read.ts'
import type { Network } from '../../network/network.ts'
import { oldestFirst } from '../../network/routes/gateway/listeners.ts'
import { place } from '../../network/traffic/place.ts'
import type { BackendTlsPolicy } from '../../snapshot/kinds/backend-tls-policy.ts'
import type { Service } from '../../snapshot/kinds/service.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import type { Evidence, FindingDraft } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { listed, say, type Text } from '../text.ts'

export default defineRule({
  id: 'gateway/backend-tls-policy-invalid',
  title: 'BackendTLSPolicy that cannot be applied',
  subject: 'Service',
  severity: 'error',
  docs: {
    means:
      'Gateways shall speak TLS to the Service and cannot check its certificate: requests fail with a code of 5xx, they do not fall back to plain HTTP.',
    why: 'The ConfigMap with the authority’s certificate is missing or lacks `ca.crt`, or the policy names a port that the Service does not have.',
    proof:
      '`targetRefs` and `validation.caCertificateRefs` of the oldest policy for the Service, the ConfigMap, and the names of the ports.',
    fix: 'Create the ConfigMap with `ca.crt`, name a port of the Service, or use `wellKnownCACertificates`.',
    falseAlarmWhen:
      '`wellKnownCACertificates` needs no ConfigMap; other kinds of references, and Services to which no route leads, are left alone.',
  },
  check(service, network) {
    const { name, namespace = '' } = service.metadata
    const policies = network.inventory
      .list('BackendTLSPolicy', namespace)
      .items.filter(({ spec }) =>
        spec.targetRefs.some(
          (target) => target.kind === 'Service' && target.group === '' && target.name === name,
        ),
      )
    const [policy] = [...policies].sort(oldestFirst)
    if (policy === undefined || !isRouted(service, network)) return undefined
    const fault = portFault(policy, service) ?? authorityFault(policy, namespace, network)
    return fault === undefined ? undefined : draft(service, policy, fault)
  },
})

const isRouted = (service: Service, network: Network): boolean =>
  network.traffic
    .to(service)
    .items.some(
      ({ client }) => client.kind === 'route' && client.backend.by.apiVersion.startsWith('gateway.'),
    )

interface Fault {
  readonly words: Text
  readonly evidence: readonly Evidence[]
  readonly advice: Text
}

function portFault(policy: BackendTlsPolicy, service: Service): Fault | undefined {
  const index = policy.spec.targetRefs.findIndex(
    ({ name, sectionName }) =>
      name === service.metadata.name &&
      sectionName !== undefined &&
      service.spec.ports.every((port) => port.name !== sectionName),
  )
  const section = policy.spec.targetRefs[index]?.sectionName
  if (section === undefined) return undefined
  const names = service.spec.ports.map(({ name }) => name).filter((name) => name !== '')
  return {
    words: say`it is for port ${section}, which the Service does not have`,
    evidence: [
      { reference: referenceTo(policy), field: `spec.targetRefs[${index}].sectionName`, value: section },
    ],
    advice:
      names.length === 0
        ? say`give the port of the Service that name, or leave sectionName out`
        : say`name one of its ports: ${listed(names.map((name) => say`${name}`))}`,
  }
}

function authorityFault(policy: BackendTlsPolicy, namespace: string, network: Network): Fault | undefined {
  const { caCertificateRefs, wellKnownCACertificates } = policy.spec.validation
  if (wellKnownCACertificates !== undefined && wellKnownCACertificates !== '') return undefined
  const faults = caCertificateRefs.map(({ group, kind, name }, index) => {
    if (group !== '' || kind !== 'ConfigMap') return undefined
    const read = network.inventory.get('ConfigMap', namespace, name)
    if (read.items.length === 0 && read.gaps.length > 0) throw new UnknownVerdict(read.gaps)
    const [found] = whole(read)
    const isWhole = found !== undefined && Object.hasOwn(found.data, 'ca.crt')
    return isWhole ? undefined : { name, index, isMissing: found === undefined }
  })
  const [first] = faults
  // One that can be used is enough, and so is one of a kind that we do not read.
  if (first === undefined || faults.includes(undefined)) return undefined
  return {
    words: first.isMissing
      ? say`ConfigMap ${first.name} with the certificate of its authority does not exist`
      : say`ConfigMap ${first.name} has no key ca.crt`,
    evidence: [
      {
        reference: referenceTo(policy),
        field: `spec.validation.caCertificateRefs[${first.index}].name`,
        value: first.name,
      },
    ],
    advice: say`kubectl -n ${namespace} create configmap ${first.name} --from-file=ca.crt=FILE`,
  }
}

function draft(service: Service, policy: BackendTlsPolicy, { words, evidence, advice }: Fault): FindingDraft {
  return {
    proof: 'likely',
    about: referenceTo(policy),
    place: place.service(service),
    summary: say`${referenceTo(policy)} cannot be applied to ${referenceTo(service)}: ${words}`,
    evidence,
    advice: [advice],
  }
}
