/** A variable or key, its value, and what is dialled by it: `host:port`, with `/udp`, apart by spaces. */
export const values: readonly (readonly [key: string, value: string, dials: string])[] = [
  ['URL', 'jdbc:oracle:thin:@//ora:1521/XE', 'ora:1521'],
  ['URL', 'jdbc:oracle:thin:@ora:1521/XE', 'ora:1521'],
  ['URL', 'jdbc:oracle:thin:scott/tiger@ora:1521:XE', 'ora:1521'],
  [
    'URL',
    'jdbc:oracle:thin:@(DESCRIPTION=(ADDRESS=(PROTOCOL=TCP)(HOST=ora)(PORT=1521))(CONNECT_DATA=(SERVICE_NAME=x)))',
    'ora:1521',
  ],
  ['URL', 'jdbc:sqlserver://mssql:1434;databaseName=x;encrypt=true', 'mssql:1434'],
  ['URL', 'jdbc:sqlserver://mssql\\SQLEXPRESS:1434;databaseName=x', 'mssql:1434'],
  ['URL', 'jdbc:mysql://a:3306,b:3306/shop', 'a:3306 b:3306'],
  ['URL', 'jdbc:mysql:loadbalance://a:3306,b/shop', 'a:3306 b:3306'],
  ['URL', 'jdbc:mysql:replication://(host=a,port=3306),(host=b,port=3307)/x', 'a:3306 b:3307'],
  ['URL', 'jdbc:mysql://address=(host=a)(port=3306)/x', 'a:3306'],
  ['URL', 'jdbc:mariadb:aurora://c1/x', 'c1:3306'],
  ['URL', 'jdbc:clickhouse://ch:8123/x', 'ch:8123'],
  ['URL', 'jdbc:clickhouse:http://ch/x', 'ch:8123'],
  ['URL', 'jdbc:db2://db2h:50000/x', 'db2h:50000'],
  ['URL', 'jdbc:h2:mem:testdb', ''],
  ['URL', 'jdbc:h2:file:/data/x', ''],
  ['URL', 'jdbc:h2:tcp://h2host:9092/x', 'h2host:9092'],
  ['URL', 'jdbc:sqlite:/data/x.db', ''],
  ['URL', 'jdbc:postgresql://pg/x', 'pg:5432'],
  ['URL', 'jdbc:hive2://h1:10000,h2:10000/;x', 'h1:10000 h2:10000'],
  ['URL', 'jdbc:snowflake://acc.snowflakecomputing.com/?x', 'acc.snowflakecomputing.com'],
  ['R2DBC', 'r2dbc:postgresql://pg:5432/x', 'pg:5432'],
  ['R2DBC', 'r2dbc:pool:postgresql://pg:5432/x', 'pg:5432'],
  ['DB', 'postgres://u:p@[fd00::1]:5432/x', 'fd00::1:5432'],
  ['DB', 'postgresql:///x?host=pg&port=5433', 'pg:5433'],
  ['DB', 'postgresql://u@/x?host=pg', 'pg:5432'],
  ['DB', 'postgresql://u:p@a:5432,b:5433/x?target_session_attrs=rw', 'a:5432 b:5433'],
  ['DB', 'postgresql+psycopg2://u:p@pg/x', 'pg:5432'],
  ['DB', 'postgresql+asyncpg://u:p@pg:5432/x', 'pg:5432'],
  ['DB', 'mysql+pymysql://u:p@my/x', 'my:3306'],
  ['DB', 'mysqlx://u:p@my/x', 'my:33060'],
  ['DB', 'mssql+pyodbc://u:p@ms/x?driver=ODBC+Driver+17', 'ms:1433'],
  ['DB', 'u:p@tcp(my)/x', 'my:3306'],
  ['DB', 'u:p@tcp(10.0.0.9:3306)/x?parseTime=true', '10.0.0.9:3306'],
  ['DB', 'u:p@tcp([fd00::9]:3306)/x', 'fd00::9:3306'],
  ['DB', 'u:p@unix(/tmp/x.sock)/x', ''],
  ['DB', 'Server=mysql;Port=3307;Database=x;Uid=u;Pwd=p', 'mysql:3307'],
  ['DB', 'Server=mssql,1433;Database=x;User Id=u;Password=p', 'mssql:1433'],
  ['DB', 'Data Source=mssql;Initial Catalog=x', 'mssql'],
  ['DB', 'Data Source=tcp:mssql,1433;Initial Catalog=x', 'mssql:1433'],
  ['DB', 'Host=pg;Port=5432;Username=u;Password=p;Database=x', 'pg:5432'],
  ['DB', 'host=pg,pg2 port=5432 dbname=x', 'pg:5432 pg2:5432'],
  ['DB', "host='pg' port='5432'", 'pg:5432'],
  ['DB', 'DRIVER={ODBC Driver 17 for SQL Server};SERVER=ms;PORT=1433;UID=u', 'ms:1433'],
  ['MONGO', 'mongodb://u:p%40@m-0.m,m-1.m:27018/db?replicaSet=rs0', 'm-0.m:27017 m-1.m:27018'],
  ['MONGO', 'mongodb+srv://u:p@cluster.example.net/db', 'cluster.example.net'],
  ['REDIS_URL', 'redis+sentinel://s1:26379,s2:26379/mymaster', 's1:26379 s2:26379'],
  ['REDIS_URL', 'redis-sentinel://s1,s2/0#mymaster', 's1:26379 s2:26379'],
  ['REDIS', 'redis+tls://r:6380', 'r:6380'],
  ['REDIS', 'valkey://r', 'r:6379'],
  ['REDIS', 'rediss://default:pw@r:6380/0', 'r:6380'],
  ['REDIS_CONN', 'redis:6379,password=x,ssl=False,abortConnect=False', 'redis:6379'],
  ['REDIS_CLUSTER_NODES', 'r-0.r:6379 r-1.r:6379', 'r-0.r:6379 r-1.r:6379'],
  ['SENTINELS', 's1:26379;s2:26379', 's1:26379 s2:26379'],
  ['AMQP', 'amqp://u:p@rabbit/%2fvhost', 'rabbit:5672'],
  ['AMQP', 'amqp://u:p@r1:5672,amqp://u:p@r2:5672', 'r1:5672 r2:5672'],
  ['AMQP', 'amqps://u:p@rabbit:5671?heartbeat=30', 'rabbit:5671'],
  ['RABBITMQ_NODES', 'r1,r2', ''],
  ['KAFKA_BROKERS', 'k1:9092,k2:9092', 'k1:9092 k2:9092'],
  ['KAFKA_BOOTSTRAP_SERVERS', 'k1:9092', 'k1:9092'],
  ['SPRING_KAFKA_BOOTSTRAP_SERVERS', 'SASL_SSL://k1:9093,SASL_SSL://k2:9093', 'k1:9093 k2:9093'],
  ['KAFKA_BOOTSTRAP', 'PLAINTEXT://k1:9092', 'k1:9092'],
  ['ZK', 'zk1:2181,zk2:2181,zk3:2181/kafka', 'zk1:2181 zk2:2181 zk3:2181'],
  ['ZOOKEEPER_CONNECT', 'zk:2181', 'zk:2181'],
  ['NATS_URL', 'nats://u:p@n1:4222,nats://n2', 'n1:4222 n2:4222'],
  ['ES', 'http://u:p@es1:9200;http://es2:9200', 'es1:9200 es2:9200'],
  ['ELASTICSEARCH_HOSTS', '["http://es1:9200","http://es2:9200"]', 'es1:9200 es2:9200'],
  ['CASSANDRA_CONTACT_POINTS', 'c1,c2,c3', 'c1 c2 c3'],
  ['MEMCACHED_SERVERS', 'm1:11211,m2:11211', 'm1:11211 m2:11211'],
  ['MEMCACHE', 'memcached://m1:11211', 'm1:11211'],
  ['ETCD_ENDPOINTS', 'http://e1:2379,http://e2:2379', 'e1:2379 e2:2379'],
  ['SMTP_HOST', 'mail.example.com', 'mail.example.com'],
  ['SMTP', 'smtp://u:p@mailhog:1025', 'mailhog:1025'],
  ['LDAP_URL', 'ldap://ldap-svc', 'ldap-svc:389'],
  ['GRPC_TARGET', 'auth:50051', 'auth:50051'],
  ['GRPC', 'dns:///auth.prod:50051', 'auth.prod:50051'],
  ['GRPC', 'dns://10.0.0.10/auth.prod:50051', 'auth.prod:50051'],
  ['GRPC', 'dns:auth.prod:50051', 'auth.prod:50051'],
  ['GRPC', 'passthrough:///auth:50051', 'auth:50051'],
  ['GRPC', 'ipv4:10.0.0.1:50051', '10.0.0.1:50051'],
  [
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    'http://otel-collector.observability:4317',
    'otel-collector.observability:4317',
  ],
  ['JAEGER_AGENT_HOST', 'jaeger', 'jaeger'],
  ['URL', 'HTTP://Auth-Service:80/', 'auth-service:80'],
  ['URL', 'http://user:pass@auth:80', 'auth:80'],
  ['URL', 'http://münchen.example/', 'xn--mnchen-3ya.example:80'],
  ['URL', 'http://xn--mnchen-3ya.example/', 'xn--mnchen-3ya.example:80'],
  ['URL', 'http://auth_service:80/', 'auth_service:80'],
  ['URL', 'http://localhost:8080', 'localhost:8080'],
  ['URL', 'http://127.0.0.1:8080', '127.0.0.1:8080'],
  ['URL', 'http://0.0.0.0:8080', ''],
  ['URL', 'http://[::]:8080', ''],
  ['URL', 'http://10.244.1.15', '10.244.1.15:80'],
  ['URL', 'http://010.244.1.15', ''],
  ['URL', 'https://auth', 'auth:443'],
  ['URL', 'h2c://auth:8080', 'auth:8080'],
  ['URL', 'grpc://auth:8080', 'auth:8080'],
  ['URL', 'tcp://auth:8080', 'auth:8080'],
  ['URL', 'wss://auth', 'auth:443'],
  ['URL', 'http+unix://%2Fvar%2Frun%2Fdocker.sock', ''],
  ['URL', 'http://auth:80;http://pay:80', 'auth:80 pay:80'],
  ['URL', 'http://auth:80|http://pay:80', 'auth:80 pay:80'],
  ['URL', 'http://auth:80,pay:80', 'auth:80 pay:80'],
  ['URLS', 'auth=http://auth:80,pay=http://pay:80', 'auth:80 pay:80'],
  ['SERVICES', 'auth:8080,pay:8081', 'auth:8080 pay:8081'],
  [
    'JSON',
    '{"auth":{"url":"http://auth"},"redis":["redis-0.redis:6379"],"port":8080}',
    'auth:80 redis-0.redis:6379',
  ],
  ['JSON', '{"host":"pg","port":5432,"user":"u"}', 'pg:5432'],
  ['ENDPOINT', '10.0.0.1', '10.0.0.1'],
  ['DB_IP', '10.0.0.1', '10.0.0.1'],
  ['DB_IPS', '10.0.0.1,10.0.0.2', '10.0.0.1 10.0.0.2'],
  ['X', 'fd00::12', 'fd00::12'],
  ['X', '::1', '::1'],
  ['X', '[fd00::12]', 'fd00::12'],
  ['X', '::ffff:10.0.0.1', ''],
  ['ADDR', 'fd00::12%eth0', ''],
  ['VERSION', '10.2.3.4', ''],
  ['X_VERSION', '10.2.3.4', ''],
  ['IMG', 'registry:5000/app:10.2.3.4', ''],
  ['USER_AGENT', 'Mozilla/5.0 (X11; Linux x86_64) Chrome/10.0.0.1', ''],
  ['CHROME', 'Chrome/10.0.0.1', ''],
  ['DRIVER', 'v10.2.3.4', ''],
  ['OPENSSL', '1.1.1.1', '1.1.1.1'],
  ['SUBNET', '10.0.0.0/24', ''],
  ['X', '10.0.0.0/24', ''],
  ['X', '10.0.0.0-10.0.0.255', ''],
  ['X', '10.0.0.*', ''],
  ['DOC', 'http://192.0.2.4/', ''],
  ['LISTEN', '10.0.0.1:8080', ''],
  ['SERVER_ADDRESS', '0.0.0.0', ''],
  ['SERVER_ADDR', ':8080', ''],
  ['BIND', 'web:8080', ''],
  ['API_URL', 'http://example.com', 'example.com:80'],
  ['API_URL', 'http://your-service-here:8080', 'your-service-here:8080'],
  ['API_URL', 'http://<host>:8080', ''],
  ['ORIGIN', 'https://shop.example.com', ''],
  ['BASE_URL', 'https://shop.example.com', 'shop.example.com:443'],
  ['SCHEMA', 'http://json-schema.org/draft-07/schema#', ''],
  ['X', 'http://www.w3.org/2001/XMLSchema', ''],
  ['X', 'http://schemas.xmlsoap.org/soap/envelope/', ''],
  ['HASH', 'aa:bb:cc:dd:ee:ff', ''],
  ['TIME', '12:30:45', ''],
  ['KEYS', 'redis:lock:1234', ''],
  ['QUEUE', 'orders:1234', ''],
  ['TOPIC', 'orders:created', ''],
  ['ARN', 'arn:aws:sns:us-east-1:123456789012:x', ''],
  ['IMAGE', 'nginx:8080', ''],
  ['JAVA_OPTS', '-javaagent:/x.jar=port=1234,host=localhost', 'localhost:1234'],
  ['JAVA_OPTS', '-agentlib:jdwp=transport=dt_socket,server=y,address=*:5005', ''],
  ['JAVA_OPTS', '-agentlib:jdwp=transport=dt_socket,server=y,address=5005', ''],
  ['JAVA_OPTS', '-Djava.rmi.server.hostname=127.0.0.1', '127.0.0.1'],
  ['REDIS_PORT', 'tcp://10.96.0.12:6379', '10.96.0.12:6379'],
  ['LOG', '2024-01-01T10:00:00 connect to 10.0.0.1:80', '10.0.0.1:80'],
  ['STATSD_HOST', 'statsd', 'statsd/udp'],
]

/** A script and what its commands dial. */
export const scripts: readonly (readonly [script: string, dials: string])[] = [
  ['until nc -z db 5432; do sleep 1; done', 'db:5432'],
  ['until nc -z -w2 db.prod 5432 2>/dev/null; do echo waiting; sleep 2; done', 'db.prod:5432'],
  ['until nc -vz -w 2 $DB 5432; do :; done', ''],
  ['while ! nc -z db 5432; do sleep 1; done;', 'db:5432'],
  ['wait-for-it db:5432 --timeout=60', 'db:5432'],
  ['./wait-for-it.sh -h db -p 5432 -t 60', 'db:5432'],
  ['wait-for-it.sh --host=db --port=5432 --strict -- echo up', 'db:5432'],
  ['/wait-for db:5432 -t 60 -- npm start', 'db:5432'],
  ['/wait', ''],
  ['dockerize -wait tcp://db:5432 -wait http://auth:80/health -timeout 60s', 'db:5432 auth:80'],
  ['wait4x tcp db:5432', 'db:5432'],
  ['wait4x postgresql postgres://u:p@db:5432/x', 'db:5432'],
  ['waitforit -address=tcp://db:5432', 'db:5432'],
  ['k8s-wait-for service db', ''],
  ['kubectl wait --for=condition=ready pod -l app=db', ''],
  ['until pg_isready -h db -p 5432 -U postgres; do sleep 1; done', 'db:5432'],
  ['pg_isready -h db', 'db:5432'],
  ['pg_isready -d "host=db port=5432"', 'db:5432'],
  ['pg_isready --dbname=postgres://u:p@db/x', 'db:5432'],
  ['until mysqladmin ping -h mysql --silent; do sleep 1; done', 'mysql:3306'],
  ['mysqladmin ping -hmysql -uroot -p$PW', 'mysql:3306'],
  ['mysql --host mysql --user root -e "select 1"', 'mysql:3306'],
  ['redis-cli -h redis -p 6379 ping', 'redis:6379'],
  ['redis-cli -u redis://r:6379 ping', 'r:6379'],
  ['mongosh mongodb://m:27017 --eval x', 'm:27017'],
  ['mongosh --host m --port 27017 --eval "db.adminCommand(1)"', 'm:27017'],
  ['mongo m:27017/db --eval x', 'm:27017'],
  ['kafka-topics.sh --bootstrap-server k:9092 --list', 'k:9092'],
  ['kafkacat -b k:9092 -L', 'k:9092'],
  ['kcat -b k:9092,k2:9092 -L', 'k:9092 k2:9092'],
  ['cub kafka-ready -b k:9092 1 60', 'k:9092'],
  ['cub zk-ready zk:2181 60', 'zk:2181'],
  ['rabbitmqadmin -H rabbit -P 15672 list', 'rabbit:15672'],
  ['getent hosts db', 'db'],
  ['getent ahosts db.prod', 'db.prod'],
  ['nslookup db.prod.svc.cluster.local 10.96.0.10', 'db.prod.svc.cluster.local 10.96.0.10'],
  ['until nslookup mysql; do echo waiting; sleep 2; done', 'mysql'],
  [
    'until nslookup mydb.$(cat /var/run/secrets/kubernetes.io/serviceaccount/namespace).svc.cluster.local; do echo waiting for mydb; sleep 2; done',
    '',
  ],
  ['until host db; do sleep 1; done', 'db'],
  ['ping -c1 db', 'db'],
  ['until curl -sf http://auth/health; do sleep 1; done', 'auth:80'],
  ['until curl --silent --fail auth:8080; do sleep 1; done', 'auth:8080'],
  ['curl -s -o /dev/null -w "%{http_code}" http://auth', 'auth:80'],
  ['curl --connect-to auth:80:10.0.0.1:80 http://auth', 'auth:80'],
  ['curl --resolve auth:80:10.0.0.1 http://auth', 'auth:80'],
  ['curl -x http://proxy:3128 http://auth', 'proxy:3128 auth:80'],
  ['curl -X POST http://auth -d "{\\"callback\\":\\"http://me\\"}"', 'auth:80'],
  ['curl -X POST -H "Content-Type: application/json" --data \'{"url":"http://me"}\' http://auth', 'auth:80'],
  ['wget -qO- http://auth', 'auth:80'],
  ['wget --spider -q auth:8080/health', 'auth:8080'],
  ['wget -O- --post-data="a=http://x" http://auth', 'auth:80'],
  ['timeout 5 bash -c "</dev/tcp/db/5432"', 'db:5432'],
  ['timeout 1 bash -c "cat < /dev/tcp/db/5432"', 'db:5432'],
  ['(echo > /dev/tcp/db/5432) >/dev/null 2>&1', 'db:5432'],
  ['echo > /dev/tcp/db/5432', 'db:5432'],
  ["bash -c 'until echo > /dev/tcp/db/5432; do sleep 1; done'", 'db:5432'],
  ['echo -n > /dev/udp/statsd/8125', 'statsd:8125/udp'],
  ['socat - TCP:db:5432', 'db:5432'],
  ['socat TCP-LISTEN:8080,fork TCP:auth:80', 'auth:80'],
  ['ssh -L 5432:db:5432 user@bastion', ''],
  ['telnet db 5432', 'db:5432'],
  ['openssl s_client -connect auth:443', 'auth:443'],
  ['grpcurl -plaintext auth:50051 list', 'auth:50051'],
  ['grpc_health_probe -addr=auth:50051', 'auth:50051'],
  ['grpc_health_probe -addr=:50051', ''],
  ['traceroute db', 'db'],
  ['echo "nameserver 8.8.8.8" > /etc/resolv.conf', ''],
  ['echo 10.0.0.1 db >> /etc/hosts', ''],
  ['java -jar app.jar --spring.datasource.url=jdbc:postgresql://pg/x --server.port=8080', 'pg:5432'],
  ['java -Ddb.host=pg -Ddb.port=5432 -jar app.jar', 'pg:5432'],
  ['gunicorn -b 0.0.0.0:8000 app:app', ''],
  ['gunicorn --bind web:8000 app:app', ''],
  ['node server.js --db-host pg --db-port 5432', 'pg:5432'],
  ['./server -db=postgres://pg/x -listen :8080', 'pg:5432'],
  ['python manage.py runserver 0.0.0.0:8000', ''],
  ['DB_HOST=pg DB_PORT=5432 ./server', 'pg:5432'],
  ['export DB_HOST=pg; export DB_PORT=5432; ./server', 'pg:5432'],
  ['export AUTH_URL=http://auth:81', 'auth:81'],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: shell text
  ['for h in a:80 b:80; do nc -z ${h%:*} ${h#*:}; done', 'a:80 b:80'],
  ['cat <<EOF > /etc/x\nurl: http://auth:81\nEOF', 'auth:81'],
  ['sed -i "s|http://old|http://new|" x', ''],
  ['test -n "$(curl http://auth:81)"', 'auth:81'],
  ['if ! curl http://auth:81; then exit 1; fi', 'auth:81'],
  ['[ "$(curl -s http://auth:81)" = ok ]', 'auth:81'],
]

/** Sort of a configuration file, its text, and what is dialled by it. */
export const files: readonly (readonly [sort: string, text: string, dials: string])[] = [
  [
    'nginx',
    `
http {
  upstream auth { server auth-service:80; server 10.244.1.15:80 backup; }
  resolver 10.96.0.10 valid=5s;
  resolver kube-dns.kube-system.svc.cluster.local;
  server { listen 80; server_name api.shop.com;
    location / { proxy_pass http://auth; proxy_set_header Host other.svc; }
    location /u { uwsgi_pass app:3031; }
    location /f { fastcgi_pass php:9000; }
    location /g { grpc_pass grpc://g:50051; }
    location /s { set $up http://dyn.prod.svc:80; proxy_pass $up; }
    location /m { memcached_pass mc:11211; }
    location /r { return 302 https://shop.example.com$uri; }
    location /a { allow 10.0.0.1; deny all; }
    access_log syslog:server=logs:514 main;
    error_log syslog:server=10.0.0.9:514;
    set_real_ip_from 10.0.0.2;
    proxy_bind 10.0.0.3;
    ssl_stapling on;
  }
}
stream { upstream pg { server pg:5432; } server { listen 5432; proxy_pass pg; } }`,
    'auth-service:80 10.244.1.15:80 10.96.0.10 kube-dns.kube-system.svc.cluster.local app:3031 php:9000 g:50051 dyn.prod.svc:80 mc:11211 logs:514/udp 10.0.0.9:514/udp pg:5432',
  ],
  [
    'haproxy',
    `
global
  stats socket /x
frontend f
  bind *:80
  default_backend b
backend b
  server s1 web-1:8080 check
  server s2 10.244.1.15:8080 check
resolvers dns
  nameserver d1 10.96.0.10:53
`,
    'web-1:8080 10.244.1.15:8080 10.96.0.10:53',
  ],
  [
    'envoy',
    `
clusters:
- name: auth
  type: STRICT_DNS
  load_assignment:
    cluster_name: auth
    endpoints:
    - lb_endpoints:
      - endpoint:
          address:
            socket_address:
              address: auth.prod
              port_value: 8080
admin:
  address:
    socket_address: { address: 127.0.0.1, port_value: 9901 }
`,
    'auth.prod:8080 127.0.0.1:9901',
  ],
  [
    'prometheus',
    `
global:
  scrape_interval: 15s
alerting:
  alertmanagers:
  - static_configs:
    - targets: ['alertmanager:9093']
scrape_configs:
- job_name: x
  static_configs:
  - targets: ["web:8080", "10.244.1.15:9100"]
remote_write:
- url: http://cortex:9009/api/prom/push
`,
    'alertmanager:9093 web:8080 10.244.1.15:9100 cortex:9009',
  ],
  [
    'fluentbit',
    `
[SERVICE]
    HTTP_Listen  0.0.0.0
[INPUT]
    Name forward
    Listen 0.0.0.0
    Port 24224
[OUTPUT]
    Name  es
    Match *
    Host  elasticsearch
    Port  9200
`,
    'elasticsearch:9200',
  ],
  [
    'spring',
    `
spring:
  datasource:
    url: jdbc:postgresql://pg:5432/x
  redis:
    host: redis
    port: 6379
  kafka:
    bootstrap-servers: k1:9092,k2:9092
  rabbitmq:
    addresses: r1:5672,r2:5672
server:
  port: 8080
management:
  server:
    address: 127.0.0.1
eureka:
  client:
    serviceUrl:
      defaultZone: http://eureka:8761/eureka/
`,
    'pg:5432 redis:6379 k1:9092 k2:9092 r1:5672 r2:5672 127.0.0.1 eureka:8761',
  ],
  [
    'props',
    `
# db.url=jdbc:postgresql://old/x
db.url=jdbc:postgresql://pg/x
db.url.example=jdbc:postgresql://example/x
redis.host = redis
redis.port = 6380
mail.smtp.host:smtp
kafka.bootstrap.servers=k1:9092,\\
  k2:9092
app.version=1.2.3.4
`,
    'pg:5432 redis:6380 k1:9092 k2:9092',
  ],
  [
    'toml',
    `
title = "x 1.2.3.4"
[database]
server = "10.244.1.15"
ports = [ 8000, 8001 ]
connection = "postgres://pg/x"
[servers.alpha]
ip = "10.0.0.1"
[redis]
addr = "redis:6379"
[http]
address = ":8080"
bind = "10.0.0.7"
`,
    '10.244.1.15 pg:5432 10.0.0.1 redis:6379',
  ],
  [
    'json',
    `{
  "ConnectionStrings": { "Default": "Server=mssql;Database=x;User Id=sa;Password=p;" },
  "Redis": { "Host": "redis", "Port": 6379 },
  "Urls": "http://+:8080",
  "AllowedHosts": "*",
  "Auth": { "Authority": "http://keycloak:8080/realms/x" },
  "version": "10.1.2.3"
}`,
    'mssql redis:6379 keycloak:8080',
  ],
  [
    'traefik',
    `
http:
  services:
    auth:
      loadBalancer:
        servers:
        - url: "http://auth:80"
  routers:
    r:
      rule: Host(\`shop.example.com\`)
      service: auth
`,
    'auth:80',
  ],
  [
    'plain',
    `10.244.1.15
# comment 10.0.0.1
10.244.1.16:5432
`,
    '10.244.1.15 10.244.1.16:5432',
  ],
  [
    'hosts file',
    `127.0.0.1 localhost
10.244.1.15 db
`,
    '127.0.0.1 10.244.1.15',
  ],
  [
    'ini sect',
    `[db]
; host=old
host=pg   ; the database
port=5432
`,
    'pg:5432',
  ],
  [
    'xml',
    `<?xml version="1.0"?>
<!-- <url>http://old</url> -->
<beans xmlns="http://www.springframework.org/schema/beans"
   xsi:schemaLocation="http://www.springframework.org/schema/beans http://www.springframework.org/schema/beans/spring-beans.xsd">
 <property name="url" value="jdbc:mysql://my/x"/>
 <host>redis</host><port>6379</port>
</beans>`,
    'my:3306 redis:6379',
  ],
  [
    'multi-line xml comment',
    `<!--
 <url>http://old</url>
-->
<url>http://new</url>`,
    'new:80',
  ],
  ['xml comment behind an element', `<a><!-- <u>http://old:8080</u> --><u>http://new</u></a>`, 'new:80'],
  ['xml comment before an element', `<!-- http://old --><u>http://new</u>`, 'new:80'],
  [
    'multi-line xml comment behind an element',
    `<a><u>http://new</u><!-- was
  <u>http://old</u>
  http://older --><u>http://next</u></a>`,
    'new:80 next:80',
  ],
  ['xml comment without an end', `<a><!-- <u>http://new</u></a>`, 'new:80'],
  [
    'c comment',
    `{
 /* "url": "http://old",
    "b": "http://old2" */
 "url": "http://new" // "http://older"
}`,
    'new:80',
  ],
  [
    'js',
    `window.env = { API_URL: "http://api:8080", VERSION: "1.2.3.4" };
// const x = "http://old"
const y = 'http://auth' // http://x`,
    'api:8080 auth:80',
  ],
  [
    'pgbouncer',
    `[databases]
shop = host=pg port=5432 dbname=shop
* = host=10.244.1.15 port=5432
[pgbouncer]
listen_addr = 0.0.0.0
listen_port = 6432
`,
    'pg:5432 10.244.1.15:5432',
  ],
  [
    'redis.conf',
    `bind 127.0.0.1
replicaof redis-0.redis 6379
`,
    'redis-0.redis:6379',
  ],
  [
    'sentinel',
    `sentinel monitor mymaster 10.244.1.15 6379 2
sentinel monitor m2 redis-0.redis 6379 2
`,
    '10.244.1.15:6379 redis-0.redis:6379',
  ],
  [
    'resolv',
    `nameserver 10.96.0.10
search a.svc.cluster.local`,
    '10.96.0.10',
  ],
  [
    'logstash',
    `output { elasticsearch { hosts => ["http://es:9200"] index => "x" } }
input { beats { port => 5044 host => "0.0.0.0" } }`,
    'es:9200',
  ],
  [
    'vector',
    `[sinks.out]
type = "elasticsearch"
endpoint = "http://es:9200"
[sources.in]
address = "0.0.0.0:9000"`,
    'es:9200',
  ],
  [
    'grafana',
    `apiVersion: 1
datasources:
- name: Prometheus
  type: prometheus
  url: http://prometheus-server.monitoring.svc.cluster.local
`,
    'prometheus-server.monitoring.svc.cluster.local:80',
  ],
  [
    'caddy',
    `:80 {
  reverse_proxy auth:8080 pay:8081
}`,
    'auth:8080 pay:8081',
  ],
  [
    'apache',
    `ProxyPass / http://tomcat:8080/
ProxyPassReverse / http://tomcat:8080/
ServerName shop.example.com
Listen 80`,
    'tomcat:8080 tomcat:8080',
  ],
  [
    'coredns',
    `.:53 {
  forward . /etc/resolv.conf
  kubernetes cluster.local in-addr.arpa
}
corp.example:53 { forward . 10.0.0.53 }`,
    '10.0.0.53',
  ],
]
