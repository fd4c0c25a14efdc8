import type { PolicyFault } from '../diagnosis/flow/invalid.ts'
import type { Locate } from '../snapshot/files/load.ts'
import { escapeText } from './escape.ts'
import { resourceName } from './words.ts'

/** `netpol/api spec.ingress[0].ports[0].port "70000" must be between 1 and 65535 (api.yaml:9:14)`; escaped. */
export function faultText({ policy, problem }: PolicyFault, locate: Locate | undefined): string {
  const at = locate?.(policy, problem.field)
  const value = problem.value === '' ? '' : ` "${escapeText(problem.value)}"`
  return `${escapeText(resourceName(policy))} ${escapeText(problem.field)}${value} ${escapeText(problem.message)}${at === undefined ? '' : ` (${at})`}`
}
