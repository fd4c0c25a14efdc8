/** A program that opens connections, and how it takes its host. */
export interface Client {
  /** Which words without a dash are hosts: the first, or the first and then a port. */
  readonly positional?: 'host' | 'host-port' | undefined
  /** Words without a dash that stand before the host and are none. */
  readonly subcommands?: ReadonlySet<string> | undefined
  /** Options that take a value, which is then no host. */
  readonly takesValue: string
  readonly hostFlags?: readonly string[] | undefined
  readonly portFlags?: readonly string[] | undefined
  /** The port where the words name none. */
  readonly port?: number | undefined
}

const database = (port: number, portFlag = '-p'): Client => ({
  takesValue: 'UduPnast',
  hostFlags: ['-h', '--host'],
  portFlags: [portFlag, '--port'],
  port,
})

const postgres = database(5432)
const mysql = database(3306, '-P')
const mongo = database(27017)
const redis = database(6379)
const waiter: Client = { takesValue: 'hpt', hostFlags: ['-h', '--host'], portFlags: ['-p', '--port'] }
const netcat: Client = { positional: 'host-port', takesValue: 'iIopPqsTVwxX' }
const databases = new Set('hosts ahosts ahostsv4 ahostsv6'.split(' '))

/** Programs whose operands are hosts, by name. */
export const clients: ReadonlyMap<string, Client> = new Map(
  Object.entries({
    curl: { positional: 'host', takesValue: 'ABbCcDdEeFHhKmoPQrTtUuwXxYyz' },
    wget: { positional: 'host', takesValue: 'AaBDeIiloOPQRTtUwX' },
    nc: netcat,
    ncat: { positional: 'host-port', takesValue: 'ceghimopstwx' },
    netcat,
    telnet: { positional: 'host-port', takesValue: 'bel' },
    ping: { positional: 'host', takesValue: 'cIiMmpQsStTwW' },
    traceroute: { positional: 'host', takesValue: 'fgimMpqstwz' },
    nslookup: { positional: 'host', takesValue: '' },
    host: { positional: 'host', takesValue: 'cmNRtW' },
    dig: { positional: 'host', takesValue: 'bcfkpqtxy' },
    getent: { positional: 'host', subcommands: databases, takesValue: 's' },
    grpcurl: { positional: 'host', takesValue: 'dHv' },
    psql: postgres,
    pg_isready: postgres,
    pg_dump: postgres,
    'redis-cli': redis,
    'valkey-cli': redis,
    mysql,
    mysqladmin: mysql,
    mysqldump: mysql,
    mariadb: mysql,
    'mariadb-admin': mysql,
    mongo,
    mongosh: mongo,
    rabbitmqadmin: { takesValue: '', hostFlags: ['-H', '--host'], portFlags: ['-P', '--port'], port: 15672 },
    'wait-for-it': waiter,
    'wait-for-it.sh': waiter,
  } satisfies Record<string, Client>),
)

/** Commands whose words are printed, searched for or compared, and never dialled. */
export const talkers: ReadonlySet<string> = new Set(
  'echo printf logger grep egrep fgrep sed awk test [ [[ true : cat exit sleep trap alias'.split(' '),
)

/** Options of curl and its like whose value is sent to the host: a Host header, data, a user agent. */
export const sentFlags: ReadonlySet<string> = new Set(
  (
    '-H --header -A --user-agent -e --referer -d --data --data-raw --data-binary --data-urlencode --json -F --form --post-data ' +
    '--body-data'
  ).split(' '),
)
