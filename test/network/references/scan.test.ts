import { describe, expect, it } from 'vitest'
import type { Found } from '../../../src/network/references/found.ts'
import { scan } from '../../../src/network/references/scan.ts'

const text = ({ host, port, protocol }: Found): string =>
  `${host}${port === undefined ? '' : `:${port}`}${protocol === 'UDP' ? '/udp' : ''}`

const inValue = (key: string, value: string): readonly string[] =>
  scan(value, { key, mode: value.includes('\n') ? 'file' : 'value' }).map(text)

const inFile = (content: string): readonly string[] => scan(content, { mode: 'file' }).map(text)

describe('an address in the value of a variable', () => {
  it.each([
    ['AUTH_URL', 'http://auth-service:80', ['auth-service:80']],
    ['AUTH_URL', 'http://auth-service/v1?next=http://other', ['auth-service:80']],
    ['DATABASE_URL', 'postgresql://app@10.244.1.15:5432/orders', ['10.244.1.15:5432']],
    ['DATABASE_URL', 'postgres://app:s3cr%40t@db.prod.svc/orders?sslmode=disable', ['db.prod.svc:5432']],
    ['DATABASE_URL', 'postgres://app:p@ss@db/orders', ['db:5432']],
    ['DSN', 'root:secret@tcp(mysql:3306)/shop', ['mysql:3306']],
    ['SPRING_DATASOURCE_URL', 'jdbc:mysql://db:3306/shop?useSSL=false', ['db:3306']],
    ['JDBC', 'jdbc:postgresql://a:5432,b:5433/shop', ['a:5432', 'b:5433']],
    ['JDBC', 'jdbc:sqlserver://mssql;databaseName=shop', ['mssql:1433']],
    ['JDBC', 'jdbc:oracle:thin:@ora:1521:XE', ['ora:1521']],
    ['JDBC', 'jdbc:oracle:thin:@//ora:1521/XE', ['ora:1521']],
    ['MONGO', 'mongodb://u:p@m-0.m:27017,m-1.m:27017/db?replicaSet=rs0', ['m-0.m:27017', 'm-1.m:27017']],
    ['MONGO', 'mongodb+srv://cluster0.example.net/db', ['cluster0.example.net']],
    ['AMQP_URL', 'amqp://guest:guest@rabbit', ['rabbit:5672']],
    ['REDIS', 'redis://:pw@redis/0', ['redis:6379']],
    ['KAFKA_BOOTSTRAP', 'k-0.k:9092,k-1.k:9092', ['k-0.k:9092', 'k-1.k:9092']],
    ['HOSTS', 'http://a:80,http://b:81', ['a:80', 'b:81']],
    ['TARGET', 'dns:///auth.prod:50051', ['auth.prod:50051']],
    ['STATSD', 'udp://statsd:8125', ['statsd:8125/udp']],
    ['API', 'https://[fd00::12]:8443/x', ['fd00::12:8443']],
    ['PEER', '[fd00::12]:8443', ['fd00::12:8443']],
    ['PEER_IP', 'fd00::12', ['fd00::12']],
    ['DB', '10.244.1.15', ['10.244.1.15']],
    ['DB_HOST', 'postgres', ['postgres']],
    ['dbHost', 'postgres.prod', ['postgres.prod']],
    ['REDIS_HOST_2', 'redis', ['redis']],
    ['CASSANDRA_HOSTS', 'c1, c2', ['c1', 'c2']],
    ['CACHE', 'redis:6379', ['redis:6379']],
    ['CONN', 'host=db port=5432 user=app password=x', ['db:5432']],
    ['CONN', 'Server=tcp:mssql;Database=x;User Id=sa', ['mssql']],
    ['JAVA_OPTS', '-Xmx1g -Dspring.redis.host=redis -Dspring.redis.port=6379', ['redis:6379']],
    ['UPSTREAM', 'auth.prod.svc.cluster.local.:80', ['auth.prod.svc.cluster.local:80']],
    ['JSON', '{"db":{"host":"pg","port":5432},"mode":"x"}', ['pg:5432']],
  ])('%s=%s', (key, value, expected) => {
    expect(inValue(key, value)).toEqual(expected)
  })

  it.each([
    ['LISTEN_ADDR', '10.0.0.1:80'],
    ['HTTP_ADDR', ':8080'],
    ['METRICS_ADDR', '0.0.0.0:9090'],
    ['METRICS_ADDR', '[::]:9090'],
    ['BIND_ADDRESS', 'web:80'],
    ['POD_CIDR', '10.244.0.0/16'],
    ['RANGES', '10.0.0.0/8,192.168.0.0/16'],
    ['ROUTE', '10.0.0.0/255.0.0.0'],
    ['MASK', '255.255.255.0'],
    ['NETMASK', '10.0.0.1'],
    ['APP_VERSION', '1.2.3.4'],
    ['SIDECAR_IMAGE', 'redis:6379'],
    ['REGISTRY_PATH', 'registry.example.com/team/app:1.2'],
    ['EXAMPLE', 'http://db:80'],
    ['DB_HOST', '192.0.2.10'],
    ['DB_HOST', '198.51.100.10'],
    ['DB_HOST', '203.0.113.10'],
    ['DB_HOST', '2001:db8::1'],
    ['DB_HOST', 'fe80::1'],
    ['DB_HOST', '169.254.169.254'],
    ['METADATA', 'http://169.254.169.254/latest'],
    ['GROUP', '239.1.1.1:5000'],
    ['CORS_ALLOWED_ORIGINS', 'http://web:80'],
    ['ALLOWED_HOSTS', 'web,api'],
    ['NO_PROXY', 'auth.prod.svc,10.0.0.1,db'],
    ['no_proxy', 'auth.prod.svc'],
    ['OIDC_ISSUER', 'http://keycloak:8080/realms/x'],
    ['TRUSTED_PROXIES', '10.0.0.1'],
    ['SERVICE_NAME', 'payment-service'],
    ['CRON', '12:30'],
    ['AT', '2024-01-01T10:30'],
    ['RUN_AS', '1000:1000'],
    ['CHOWN', 'app:1000'],
    ['TAG', 'redis:7'],
    ['THING', 'postgres:15'],
    ['MAIL', 'ops@example.com'],
    ['REPO', 'git@github.com:team/app.git'],
    ['CLASS', 'com.example.Main'],
    ['CLASS', 'com.example.Main:1234'],
    ['CONFIG', 'app.yaml'],
    ['CONFIG_HOST', 'app.yaml'],
    ['FILE', '/etc/app/config.json'],
    ['WHERE', 'main.go:1234'],
    ['TIMEOUT', '30s'],
    ['DB_HOST', 'true'],
    ['DB_HOST', '30s'],
    ['DB_SERVER', 'production'],
    ['APP_SERVER', 'gunicorn'],
    ['KAFKA_BROKER_ID', '1'],
    ['HOST', 'web'],
    ['AUTH', 'auth-service'],
    ['GREETING', 'hello world'],
    ['MAC', 'aa:bb:cc:dd:ee:ff'],
    ['CODE', 'std::string'],
    ['STORE', 's3://bucket/key'],
    ['SOCKET', 'unix:///var/run/app.sock'],
    ['LB', 'lb://auth-service'],
    ['ID', 'spiffe://cluster.local/ns/x'],
    ['TEMPLATE', 'http://{{ .Host }}:80/'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: shell text
    ['TEMPLATE', 'http://${HOST}:80/'],
    ['TEMPLATE', 'http://$(HOST):80/'],
    ['PORTS', '8080:80'],
    ['NUMBER', '99999'],
    ['URL', 'http://auth:99999/'],
    ['URL', 'http://:80/'],
    ['URL', '://'],
    ['BROKEN', 'http://[fd00::1/'],
  ])('%s=%s is no dial', (key, value) => {
    expect(inValue(key, value)).toEqual([])
  })

  it('takes loopback for a host like any other', () => {
    expect(inValue('DB_URL', 'postgres://127.0.0.1/x')).toEqual(['127.0.0.1:5432'])
    expect(inValue('DB_HOST', 'localhost')).toEqual(['localhost'])
  })

  it('knows where host and port stand', () => {
    const value = 'amqp://u:p@rabbit:5671,http://[fd00::1]:80'
    const spans = scan(value, { mode: 'value' }).map(({ hostSpan, portSpan }) => [
      value.slice(...hostSpan),
      portSpan && value.slice(...portSpan),
    ])
    expect(spans).toEqual([
      ['rabbit', '5671'],
      ['[fd00::1]', '80'],
    ])
  })
})

describe('an address in a configuration file', () => {
  it('reads YAML by its keys, and leaves comments out', () => {
    const yaml = [
      '# http://commented:80',
      'server:',
      '  address: 0.0.0.0',
      '  port: 8080',
      'database:',
      '  host: postgres # see http://wiki:80',
      '  port: 5432',
      'kafka:',
      '  brokers:',
      '    - k-0.kafka:9092',
      '    - k-1.kafka:9092',
      'cors:',
      '  allowed:',
      '    - http://web:80',
      'services:',
      '- name: auth',
      '  url: http://auth:81',
      '- host: pay',
      '  port: 82',
      'image: redis:6379',
      'log:',
      '  level: debug:1234',
      'timeout: 30s',
    ].join('\n')
    expect(inFile(yaml)).toEqual(['postgres:5432', 'k-0.kafka:9092', 'k-1.kafka:9092', 'auth:81', 'pay:82'])
  })

  it('reads nginx', () => {
    const nginx = `
      upstream pool { server auth-0:8080; server 10.244.1.15:8080 weight=2; }
      server {
        listen 10.0.0.1:80;
        server_name shop.example.com auth.prod.svc;
        allow 10.1.2.3; deny 10.1.2.4;
        location / { proxy_pass http://pool; add_header Access-Control-Allow-Origin http://web; }
        location /pay { proxy_pass http://payment-service:8080/; # proxy_pass http://old:80;
        }
        # proxy_pass http://older;
        return 301 https://other/;
      }`
    const names = new Set(['pool'])
    expect(scan(nginx, { mode: 'file', localNames: names }).map(text)).toEqual([
      'auth-0:8080',
      '10.244.1.15:8080',
      'payment-service:8080',
    ])
  })

  it.each([
    ['properties', 'spring.redis.host=redis\nspring.redis.port=6379\n!x=http://a\n', ['redis:6379']],
    [
      'kafka',
      'listeners=PLAINTEXT://:9092\nadvertised.listeners=PLAINTEXT://k:9092\nzookeeper.connect=zk:2181',
      ['zk:2181'],
    ],
    ['ini', '[database]\nhost = pg\nport = 5433\n; host = old\n[cors]\nurl = http://x', ['pg:5433']],
    ['toml', '[db]\nurl = "postgres://pg/x"\nhosts = ["c1", "c2"]', ['pg:5432', 'c1', 'c2']],
    ['json', '{\n  "api": { "endpoint": "auth:8080" },\n  "corsOrigins": ["http://web"]\n}', ['auth:8080']],
    ['json in one line', '{"corsOrigins":["http://web"],"api":"http://auth","port":1}', ['auth:80']],
    ['redis', 'bind 10.0.0.1\nreplicaof redis-0.redis 6379\nport 6379', ['redis-0.redis:6379']],
    [
      'haproxy',
      'backend pool\n  server s1 10.244.1.15:80 check\n  server s2 auth:80',
      ['10.244.1.15:80', 'auth:80'],
    ],
    [
      'xml',
      '<config xmlns="http://example.com/x"><url>http://auth:80</url><host>db</host></config>',
      ['auth:80', 'db'],
    ],
    ['prose', 'Contact ops at 10:30 or see main.go:1234, ratio a:2000.', []],
    ['resolver', 'hosts: files dns\nnameserver localhost', []],
    [
      'envoy',
      'socket_address: { address: 0.0.0.0, port_value: 80 }\naddress:\n  socket_address:\n    address: auth\n    port_value: 81',
      ['auth:81'],
    ],
    ['mysql', '[mysqld]\nreport_host = mysql-0\n[client]\nhost = mysql\nport = 3306', ['mysql:3306']],
    ['windows line ends', 'host: db\r\nport: 5432\r\n', ['db:5432']],
    ['a block of text', 'config: |-\n  url: http://auth\n  listen: http://x\n', ['auth:80']],
  ])('reads %s', (_, content, expected) => {
    expect(inFile(content)).toEqual(expected)
  })
})
