import type { Network } from '../../network/network.ts'
import type { BoundListener } from '../../network/routes/gateway/listeners.ts'
import { gatewayTrouble, listenerCondition } from '../../network/routes/gateway/trouble.ts'
import { place } from '../../network/traffic/place.ts'
import type { Gateway } from '../../snapshot/kinds/gateway.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import type { Evidence, FindingDraft } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { say, type Text } from '../text.ts'
import { isFresh, isSettling } from './settling.ts'

export default defineRule({
  id: 'gateway/listener-not-ready',
  title: 'Listener that serves nothing',
  subject: 'Gateway',
  severity: 'error',
  explains: ['no-listener'],
  over: ['gateway/not-programmed'],
  docs: {
    means:
      'Routes are attached to the listener and get no requests: the port is not open, or answers for others.',
    why: 'Two listeners claim the same port, protocol and host name, the port or protocol is not supported, or the listener is invalid.',
    proof:
      'The listeners of the Gateway and of its ListenerSets compared with each other by the rules of the specification, and the ' +
      'conditions Conflicted, Accepted and Programmed of `status.listeners`, where they are of the present generation.',
    fix: 'Give the listeners different ports or host names; else by the reason that the controller gives.',
    falseAlarmWhen:
      'Conditions younger than a minute or about an older generation prove nothing. A listener that no route asks for is a ' +
      'warning. References of a listener that cannot be resolved are told by gateway/certificate-ref-invalid.',
  },
  check(gateway, network) {
    if (isSettling(gateway, network)) return undefined
    return network.routes.gateway
      .listeners(gateway)
      .items.flatMap((bound) => draft(gateway, bound, network) ?? [])
  },
})

interface Fault {
  readonly words: Text
  readonly evidence: readonly Evidence[]
  readonly detail?: Text | undefined
  readonly proof: 'proven' | 'likely'
  readonly advice: Text
}

function draft(gateway: Gateway, bound: BoundListener, network: Network): FindingDraft | undefined {
  const fault = byConflict(bound, network) ?? byStatus(bound, network)
  if (fault === undefined) return undefined
  const { owner, listener } = bound
  const by = referenceTo(owner)
  const isWanted = network.routes.gateway
    .under(gateway)
    .items.some(({ parent }) =>
      parent.listeners.some((verdict) => verdict.is === 'accepts' && verdict.bound === bound),
    )
  return {
    proof: fault.proof,
    severity: isWanted ? 'error' : 'warning',
    about: by,
    place: `${place.object(by)} listener ${listener.name}`,
    alsoAt: [place.object(by)],
    summary: say`Listener ${listener.name} of ${by} (${listener.protocol} on port ${listener.port}) serves nothing: ${fault.words}`,
    detail: fault.detail,
    evidence: fault.evidence,
    advice: [fault.advice],
  }
}

function byConflict(bound: BoundListener, network: Network): Fault | undefined {
  const { conflict, owner, field, listener } = bound
  if (conflict === undefined) return undefined
  const other = conflict.with
  const said = listenerCondition(bound, 'Conflicted', network.inventory)
  const accepted = listenerCondition(bound, 'Accepted', network.inventory)
  const disputed = accepted?.status === 'True' && said?.status !== 'True'
  const reference = referenceTo(owner)
  const claim = conflict.reason === 'HostnameConflict' ? 'host name' : 'port'
  return {
    words:
      conflict.reason === 'HostnameConflict'
        ? say`listener ${other.name} claims the same port and host name`
        : say`listener ${other.name} claims port ${other.port} for ${other.protocol}`,
    detail: disputed ? say`Its controller says otherwise: Accepted=True.` : undefined,
    proof: disputed ? 'likely' : 'proven',
    evidence: [
      { reference, field: `${field}.port`, value: listener.port },
      { reference, field: `${field}.protocol`, value: listener.protocol },
      { reference, field: `${field}.hostname`, value: listener.hostname },
      { reference, field: `status.listeners.${listener.name}.conditions.Conflicted`, value: said?.status },
    ],
    advice: say`give one of the two listeners another ${claim}, or remove it`,
  }
}

function byStatus(bound: BoundListener, network: Network): Fault | undefined {
  if (gatewayTrouble(bound.gateway, network.inventory)?.reason === 'Pending') return undefined
  const failing = ['Conflicted', 'Accepted', 'Programmed'].flatMap((type) => {
    const condition = listenerCondition(bound, type, network.inventory)
    const bad = type === 'Conflicted' ? 'True' : 'False'
    return condition?.status === bad && !isFresh(condition, network) ? [condition] : []
  })
  const [condition] = failing
  const resolved = listenerCondition(bound, 'ResolvedRefs', network.inventory)
  // The certificate is why: its own rule says so.
  if (condition === undefined || (condition.type === 'Programmed' && resolved?.status === 'False'))
    return undefined
  const { owner, listener } = bound
  return {
    words: say`its controller says ${condition.type}=${condition.status} (${condition.reason ?? 'no reason'})`,
    detail: condition.message === undefined ? undefined : say`It says: ${condition.message}`,
    proof: 'proven',
    evidence: [
      {
        reference: referenceTo(owner),
        field: `status.listeners.${listener.name}.conditions.${condition.type}`,
        value: `${condition.status} ${condition.reason ?? ''}`.trim(),
      },
    ],
    advice: adviceFor(condition.reason, listener.port),
  }
}

function adviceFor(reason: string | undefined, port: number): Text {
  switch (reason) {
    case 'PortUnavailable':
      return say`use a port that the implementation can open (Traefik: the port of one of its entry points), not ${port}`
    case 'UnsupportedProtocol':
      return say`use a protocol that the implementation supports`
    default:
      return say`mend what its controller names, and look again`
  }
}
