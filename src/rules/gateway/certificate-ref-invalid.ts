import { UnknownVerdict } from '../../network/inventory/read.ts'
import type { Network } from '../../network/network.ts'
import { certificateEnds, certificateState, endsTls } from '../../network/routes/gateway/certificates.ts'
import type { BoundListener } from '../../network/routes/gateway/listeners.ts'
import { listenerCondition } from '../../network/routes/gateway/trouble.ts'
import { place } from '../../network/traffic/place.ts'
import type { Gateway } from '../../snapshot/kinds/gateway.ts'
import type { CertificateReference } from '../../snapshot/kinds/listener.ts'
import { type ObjectReference, referenceTo } from '../../snapshot/snapshot.ts'
import type { Evidence, FindingDraft } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { say, type Text, word } from '../text.ts'
import { grantEdit } from './grant-edit.ts'
import { isFresh, isSettling } from './settling.ts'

export default defineRule({
  id: 'gateway/certificate-ref-invalid',
  title: 'Listener whose certificate cannot be used',
  subject: 'Gateway',
  severity: 'error',
  explains: ['certificate'],
  over: ['gateway/not-programmed', 'gateway/listener-not-ready'],
  docs: {
    means:
      'The listener cannot speak TLS: clients get a TLS error, or a certificate that is not theirs, before any route is looked for.',
    why: 'The Secret is missing, has another name, lies in another namespace that does not permit it, or lacks tls.crt or tls.key.',
    proof:
      '`tls.certificateRefs` of a listener that ends TLS; ReferenceGrants of the namespace of the Secret; the Secret, where it ' +
      'may be read; and condition ResolvedRefs of the listener, of the present generation.',
    fix: 'Create the Secret, or permit the reference by a ReferenceGrant in its namespace.',
    falseAlarmWhen:
      'Listeners that pass TLS through, certificates of other kinds than Secret, and options that stand for a certificate: then ' +
      'it is silent. Secrets that were not read, and no condition about them: nothing is said.',
  },
  check(gateway, network) {
    if (isSettling(gateway, network)) return undefined
    return network.routes.gateway.listeners(gateway).items.flatMap((bound) => judge(gateway, bound, network))
  },
})

function judge(gateway: Gateway, bound: BoundListener, network: Network): readonly FindingDraft[] {
  const { listener, field } = bound
  if (!endsTls(bound)) return []
  const references = listener.tls?.certificateRefs ?? []
  const faults = references.flatMap(
    (reference, index) => faultOf(bound, reference, `${field}.tls.certificateRefs[${index}]`, network) ?? [],
  )
  if (faults.length > 0) return faults.map((fault) => draft(gateway, bound, fault, network))
  const told = byStatus(bound, network)
  return told === undefined ? [] : [draft(gateway, bound, told, network)]
}

interface Fault {
  readonly secret?: ObjectReference | undefined
  readonly words: Text
  readonly evidence: readonly Evidence[]
  readonly remedy: Pick<FindingDraft, 'fix' | 'advice'>
}

/** What is wrong with one reference, by the specification and by what was read of the Secret. */
function faultOf(
  bound: BoundListener,
  reference: CertificateReference,
  field: string,
  network: Network,
): Fault | undefined {
  const state = certificateState(bound, reference, network.inventory)
  const { from, to } = certificateEnds(bound, reference)
  const { namespace, name } = to
  const secret = { apiVersion: 'v1', kind: 'Secret', namespace, name }
  const by = referenceTo(bound.owner)
  switch (state.is) {
    case 'not-permitted':
      return {
        secret,
        words: say`${secret} lies in namespace ${namespace}, and no ReferenceGrant there permits ${from.kind}s of ${from.namespace} to use it`,
        evidence: [{ reference: by, field: `${field}.namespace`, value: reference.namespace }],
        remedy: {
          fix: {
            edits: [grantEdit(from, to, network)],
            note: say`Namespace ${namespace} lets others use its certificate: ask its owner.`,
          },
        },
      }
    case 'missing':
      return {
        secret,
        words: say`${secret} in namespace ${namespace} does not exist`,
        evidence: [{ reference: by, field: `${field}.name`, value: name }],
        remedy: { advice: [say`kubectl -n ${namespace} create secret tls ${name} --cert=FILE --key=FILE`] },
      }
    case 'incomplete':
      return {
        secret,
        words: say`${secret} in namespace ${namespace} has no ${state.key}`,
        evidence: [
          { reference: by, field: `${field}.name`, value: name },
          { reference: secret, field: `data[${state.key}]`, value: undefined },
        ],
        remedy: {
          advice: [
            say`put certificate and key into it under tls.crt and tls.key, as a Secret of type kubernetes.io/tls has them`,
          ],
        },
      }
    case 'unknown':
      throw new UnknownVerdict(state.gaps)
    case 'usable':
    case 'other-kind':
    case 'not-read':
      return undefined
  }
}

/** What only its controller can see: a Secret that we may not read, a certificate that does not fit its key. */
function byStatus(bound: BoundListener, network: Network): Fault | undefined {
  const condition = listenerCondition(bound, 'ResolvedRefs', network.inventory)
  if (condition?.status !== 'False' || isFresh(condition, network)) return undefined
  if (condition.reason !== 'InvalidCertificateRef' && condition.reason !== 'RefNotPermitted') return undefined
  const [first] = bound.listener.tls?.certificateRefs ?? []
  return {
    words: say`its controller says ${condition.reason}${condition.message === undefined ? word('') : say`: ${condition.message}`}`,
    evidence: [],
    remedy: {
      advice: [
        first === undefined
          ? say`name a Secret in tls.certificateRefs`
          : say`kubectl -n ${first.namespace ?? bound.owner.metadata.namespace ?? ''} get secret ${first.name}`,
      ],
    },
  }
}

function draft(gateway: Gateway, bound: BoundListener, fault: Fault, network: Network): FindingDraft {
  const { owner, listener } = bound
  const by = referenceTo(owner)
  const isWanted = network.routes.gateway
    .under(gateway)
    .items.some(({ parent }) =>
      parent.listeners.some((verdict) => verdict.is === 'accepts' && verdict.bound === bound),
    )
  const said = listenerCondition(bound, 'ResolvedRefs', network.inventory)
  const disputed = fault.secret !== undefined && said?.status === 'True'
  return {
    proof: disputed ? 'likely' : 'proven',
    severity: isWanted && !disputed ? 'error' : 'warning',
    about: by,
    place: `${place.object(by)} certificate ${listener.name} ${fault.secret?.namespace ?? ''}/${fault.secret?.name ?? ''}`,
    alsoAt: [place.object(by)],
    summary: say`Listener ${listener.name} of ${by} cannot speak TLS: ${fault.words}`,
    detail: disputed ? say`Its controller says otherwise: ResolvedRefs=True.` : undefined,
    evidence: [
      ...fault.evidence,
      ...(said === undefined
        ? []
        : [
            {
              reference: by,
              field: `status.listeners.${listener.name}.conditions.ResolvedRefs`,
              value: `${said.status} ${said.reason ?? ''}`.trim(),
            },
          ]),
    ],
    ...fault.remedy,
  }
}
