import type { Found } from './found.ts'
import { readHost, readHostPort, readPort } from './hosts.ts'
import type { Url } from './urls.ts'

const mysqlPort = 3306
/** How far behind a host its port may stand. */
const nearby = 60

const driverAddress = /(?<![\w.])tcp[46]?\(([^\s()]{1,255})\)/g
const hostInParentheses = /\([ \t]{0,5}host[ \t]{0,5}=[ \t]{0,5}([^\s()=,;]{1,253})/gi
const portBehind = /[(,][ \t]{0,5}port[ \t]{0,5}=[ \t]{0,5}([0-9]{1,5})(?![0-9])/i

/**
 * Addresses that drivers write in parentheses: `user:password@tcp(db:3306)/shop` (Go's driver of MySQL, where 3306 is the
 * default), `(HOST=ora)(PORT=1521)` (Oracle), `(host=db,port=3306)` (MySQL Connector/J).
 */
export function descriptorHosts(text: string): readonly Url[] {
  return [...ofGoDriver(text), ...ofLists(text)]
}

function ofGoDriver(text: string): readonly Url[] {
  return [...text.matchAll(driverAddress)].flatMap(({ index, 0: whole, 1: address = '' }): readonly Url[] => {
    const start = index + whole.length - 1 - address.length
    const found = readHostPort(address, start)
    return found === undefined
      ? []
      : [{ span: [start, start + address.length], hosts: [{ ...found, port: found.port ?? mysqlPort }] }]
  })
}

function ofLists(text: string): readonly Url[] {
  return [...text.matchAll(hostInParentheses)].flatMap(
    ({ index, 0: whole, 1: name = '' }): readonly Url[] => {
      const host = readHost(name)
      if (host === undefined) return []
      const end = index + whole.length
      const start = end - name.length
      const found: Found = {
        host: host.host,
        address: host.address,
        protocol: 'TCP',
        hostSpan: [start, end],
      }
      const behind = text.slice(end, end + nearby)
      const next = behind.search(/host[ \t]{0,5}=/i)
      const port = portBehind.exec(next === -1 ? behind : behind.slice(0, next))
      const digits = port?.[1] ?? ''
      const number = readPort(digits)
      if (port === null || number === undefined) return [{ span: [start, end], hosts: [found] }]
      const portEnd = end + port.index + port[0].length
      return [
        {
          span: [start, portEnd],
          hosts: [{ ...found, port: number, portSpan: [portEnd - digits.length, portEnd] }],
        },
      ]
    },
  )
}
