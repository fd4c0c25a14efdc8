import { describe, expect, it } from 'vitest'
import { scanCommand, scanScript } from '../../../src/network/references/commands.ts'
import type { Found } from '../../../src/network/references/found.ts'

const text = ({ host, port, protocol }: Found): string =>
  `${host}${port === undefined ? '' : `:${port}`}${protocol === 'UDP' ? '/udp' : ''}`

const inScript = (script: string): readonly string[] => scanScript(script).map(text)
const inWords = (...words: string[]): readonly string[] =>
  scanCommand(words.map((word) => ({ text: word, start: 0 }))).map(({ found }) => text(found))

describe('what a script dials', () => {
  it.each([
    ['curl -s http://auth-service/health || echo "http://unreachable"', ['auth-service:80']],
    ['curl -o out.txt -H "Host: shop.example.com" auth-service:8080/health', ['auth-service:8080']],
    ['curl -sf auth-service/health', ['auth-service']],
    ['until nc -z db 5432; do sleep 1; done', ['db:5432']],
    ['nc -zv -w 3 db.prod 5432', ['db.prod:5432']],
    ['nc -zu dns 53', ['dns:53/udp']],
    ['while ! nslookup db.prod.svc.cluster.local; do echo waiting; done', ['db.prod.svc.cluster.local']],
    ['psql -h db -p 5433 -c "select 1"', ['db:5433']],
    ['PGPASSWORD=x psql --host=db --port=5433', ['db:5433']],
    ['mysql -hdb -P3307 -uroot', ['db:3307']],
    ['redis-cli -h redis ping', ['redis:6379']],
    ['echo > /dev/tcp/db/5432', ['db:5432']],
    ['timeout 1 bash -c "cat < /dev/tcp/db/5432"', ['db:5432']],
    ['exec 3<>/dev/tcp/db/5432', ['db:5432']],
    ['/wait-for-it.sh db:5432 -- npm start', ['db:5432']],
    ['ADDR=$(curl http://registry:8500/v1)', ['registry:8500']],
    ['x="$(curl -s http://auth:81)"', ['auth:81']],
    ["curl 'http://a:81' | grep http://b:82", ['a:81']],
    ['# curl http://old:80\ncurl http://new:80 # http://older', ['new:80']],
    ['curl http://a:81 \\\n  --retry 3', ['a:81']],
    ['server --upstream=x1:80 --listen=:8080', ['x1:80']],
    ['server --upstream x1:80 --listen-address 10.0.0.1:80', ['x1:80']],
    ['nc -l 8080', []],
    ['nc -lk -p 8080', []],
    ['chown app:1000 /data && sleep 3600', []],
    ['echo "dial http://x"; printf http://y', []],
    ['while true; do sleep 3600; done', []],
  ])('%s', (script, expected) => {
    expect(inScript(script)).toEqual(expected)
  })
})

describe('what a command line dials', () => {
  it('reads a command and its args word by word', () => {
    expect(inWords('nc', '-z', 'db', '5432')).toEqual(['db:5432'])
    expect(inWords('/bin/sh', '-ec', 'curl http://auth')).toEqual(['auth:80'])
    expect(inWords('sleep', '3600')).toEqual([])
    expect(inWords('--kafka-brokers', 'k1:9092,k2:9092')).toEqual(['k1:9092', 'k2:9092'])
    expect(inWords('--db-host', 'db')).toEqual(['db'])
    expect(inWords('--entrypoints.web.address=:8000', '--ping')).toEqual([])
    expect(inWords('-conf', '/etc/coredns/Corefile')).toEqual([])
    expect(inWords('--hostname-override=$(NODE_NAME)')).toEqual([])
  })
})
