import { pointer } from '../../network/edit.ts'
import { whole } from '../../network/inventory/read.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import type { Fix } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { nearest } from '../similar.ts'
import { listed, say } from '../text.ts'
import { common, groupOf, named, nobodyAnswers, type UnservedGroup } from './unserved.ts'

export default defineRule({
  id: 'ingress/class-not-found',
  title: 'IngressClass that does not exist',
  subject: 'Ingress',
  severity: 'error',
  explains: ['class-not-found'],
  docs: {
    means:
      'No controller serves the Ingress: requests to its hosts are answered by whatever else has the address, or by nobody.',
    why: 'The controller was never installed or was removed with its class, or the name of the class has a slip.',
    proof: '`spec.ingressClassName`, and the list of IngressClasses, none of which has that name.',
    fix: 'Name a class that exists, or install a controller that brings the class. ingress-nginx gets no fixes any more since March 2026.',
    falseAlarmWhen:
      'The class is only named by the old annotation, which needs no object, or a controller has written an address into the status: then it is silent.',
  },
  check(ingress, network) {
    const group = groupOf(ingress, 'class-not-found', network)
    if (group === undefined) return undefined
    const name = group.serving.className ?? ''
    const classes = whole(network.inventory.list('IngressClass')).map(({ metadata }) => metadata.name)
    const known =
      classes.length === 0
        ? say`the cluster has no IngressClass at all`
        : say`the cluster has ${listed(classes.slice(0, 5).map((item) => say`${item}`))}`
    const [meant] = nearest(name, classes)
    const fix = meant === undefined ? undefined : renaming(group, meant)
    return {
      ...common(group),
      proof: 'proven',
      summary: say`Nobody serves ${named(group.ingresses)}: IngressClass ${name} does not exist, ${known}`,
      detail: nobodyAnswers,
      ...(fix === undefined
        ? {
            advice: [
              say`Install a controller whose IngressClass is named ${name}, or name a class that is served: kubectl get ingressclass`,
              ...(name === 'nginx'
                ? [
                    say`ingress-nginx has had no fixes since March 2026; other controllers can serve a class of this name`,
                  ]
                : []),
            ],
          }
        : { fix }),
    }
  },
})

function renaming({ ingresses }: UnservedGroup, className: string): Fix {
  return {
    edits: ingresses.map((ingress) => ({
      kind: 'patch',
      reference: referenceTo(ingress),
      operations: [{ op: 'replace', path: pointer('spec', 'ingressClassName'), value: className }],
    })),
    note: say`Asks for class ${className}, which exists.`,
  }
}
