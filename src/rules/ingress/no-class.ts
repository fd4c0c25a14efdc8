import { pointer } from '../../network/edit.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { defineRule } from '../rule.ts'
import { listed, say } from '../text.ts'
import { common, groupOf, named, nobodyAnswers } from './unserved.ts'

export default defineRule({
  id: 'ingress/no-class',
  title: 'Ingress without a class that nobody takes',
  subject: 'Ingress',
  severity: 'error',
  explains: ['no-class'],
  docs: {
    means:
      'Controllers take Ingresses of their class. This one asks for none, and no controller that runs takes those.',
    why: 'The cluster has no default IngressClass, or got it after the Ingress: the API server fills the field in only when an object is created.',
    proof:
      'No `spec.ingressClassName`, no annotation `kubernetes.io/ingress.class`, no address in the status, and no controller with a flag for Ingresses without class.',
    fix: 'Name a class in `spec.ingressClassName`.',
    falseAlarmWhen:
      'A controller takes Ingresses without class (Traefik without a class of its own, ingress-nginx with --watch-ingress-without-class, GKE), or has written an address into the status.',
  },
  check(ingress, network) {
    const group = groupOf(ingress, 'no-class', network)
    if (group === undefined) return undefined
    const classes = network.inventory.list('IngressClass').items.map(({ metadata }) => metadata.name)
    const [only, ...others] = classes
    const isDefault = network.routes.controllers.defaultClasses().items.length > 0
    return {
      ...common(group),
      proof: 'likely',
      summary: say`Nobody serves ${named(group.ingresses)}: no spec.ingressClassName, and ${isDefault ? say`the default class is given to new objects only` : say`no default class`}`,
      detail: nobodyAnswers,
      ...(only !== undefined && others.length === 0
        ? {
            fix: {
              edits: group.ingresses.map((item) => ({
                kind: 'patch' as const,
                reference: referenceTo(item),
                operations: [{ op: 'add' as const, path: pointer('spec', 'ingressClassName'), value: only }],
              })),
              note: say`Asks for ${only}, the only class of the cluster.`,
            },
          }
        : {
            advice: [
              classes.length === 0
                ? say`Install an Ingress controller, and name its class in spec.ingressClassName`
                : say`Name one of these in spec.ingressClassName: ${listed(
                    classes.slice(0, 8).map((name) => say`${name}`),
                    'or',
                  )}`,
            ],
          }),
    }
  },
})
