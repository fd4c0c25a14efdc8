import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '../harness/run.ts'
import type { GoModule } from './modules.ts'
import { copyModule, replaceOnce } from './sources.ts'

/**
 * kube-router's firewall, with its two iptables targets chosen by environment:
 * - `KUBE_ROUTER_DENY`: REJECT as upstream, or DROP as most other CNIs;
 * - `KUBE_ROUTER_ALLOW`: ACCEPT as upstream, or RETURN. With kube-proxy in iptables mode, ACCEPT would hide kube-proxy's
 *   REJECT for a Service without endpoints.
 */
export const kubeRouter: GoModule = {
  name: 'kube-router',
  version: 'v1.6.1',
  programs: { 'kube-router': 'github.com/cloudnativelabs/kube-router/cmd/kube-router' },
  prepare: chooseTargets,
}

const targetsSource = `package netpol

import "os"

func targetFromEnvironment(key, otherwise string) string {
	if value := os.Getenv(key); value != "" {
		return value
	}
	return otherwise
}

var (
	allowTarget = targetFromEnvironment("KUBE_ROUTER_ALLOW", "ACCEPT")
	denyTarget  = targetFromEnvironment("KUBE_ROUTER_DENY", "REJECT")
)
`

async function chooseTargets(dir: string): Promise<void> {
  const upstream = await copyModule(
    `github.com/cloudnativelabs/kube-router@${kubeRouter.version}`,
    dir,
    'upstream',
  )
  const netpol = join(upstream, 'pkg', 'controllers', 'netpol')
  await writeFile(join(netpol, 'targets.go'), targetsSource)
  await replaceOnce(
    join(netpol, 'network_policy_controller.go'),
    '"0x20000/0x20000", "-j", "ACCEPT"}',
    '"0x20000/0x20000", "-j", allowTarget}',
  )
  await replaceOnce(
    join(netpol, 'pod.go'),
    '"0x10000/0x10000", "-j", "REJECT", "\\n"}',
    '"0x10000/0x10000", "-j", denyTarget, "\\n"}',
  )
  await run(['go', 'mod', 'edit', '-replace', 'github.com/cloudnativelabs/kube-router=./upstream'], {
    cwd: dir,
  })
}
