import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { addresses } from './addresses.ts'
import { type Machine, startDaemon } from './machine.ts'
import type { Programs } from './programs.ts'

/** "The internet's" DNS server: these names exist, all others are NXDOMAIN. */
const corefile = `. {
    bind ${addresses.internetDns}
    errors
    file internet.zone
}
`

const zone = `$ORIGIN .
$TTL 60
@                IN SOA ns.invalid. admin.invalid. 1 3600 600 86400 60
@                IN NS  ns.invalid.
example.com.     IN A   ${addresses.internetWeb}
www.example.com. IN A   ${addresses.internetWeb}
`

/** Starts what lies outside the cluster, on the switch: the image registry, a DNS server and a web server. */
export async function startInternet(machine: Machine, programs: Programs): Promise<void> {
  await writeFile(join(machine.dir, 'Corefile'), corefile)
  await writeFile(join(machine.dir, 'internet.zone'), zone)
  const registryArguments = ['-dir', programs.imageStore, '-listen', `${addresses.gateway}:5000`]
  await startDaemon(machine, 'registry', [programs.registry, ...registryArguments])
  await startDaemon(machine, 'dns', ['env', '-C', machine.dir, programs.coredns, '-conf', 'Corefile'])
  const agnhost = programs.kubernetes('agnhost')
  await startDaemon(machine, 'web', [agnhost, 'netexec', '--http-port=80', '--udp-port=-1'])
}
