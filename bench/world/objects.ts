import { type Application, isFenced, nodeAddress, nodeName, type PodDraft, podRange } from './application.ts'
import { metadata, takenAt, uidOf } from './metadata.ts'

type Json = Readonly<Record<string, unknown>>

const hash = '7f4b0d2e9c'

/** The objects of one application, by kind, as an API server lists them. */
export function objectsOf(app: Application, random: () => number): Readonly<Record<string, readonly Json[]>> {
  const { namespace, name } = app
  return {
    Service: [service(app)],
    EndpointSlice: [slice(app)],
    Deployment: [deployment(app)],
    ReplicaSet: [
      replicaSet(app, hash, app.replicas),
      replicaSet(app, '6c9d4b8f77', 0),
      replicaSet(app, '58d7c96f4b', 0),
    ],
    Pod: [
      ...app.pods.map((pod) => podObject(app, pod, random, true)),
      ...app.strays.map((pod) => podObject(app, pod, random, false)),
    ],
    ConfigMap: [configMap(namespace, name, random)],
    Event: app.pods.flatMap((pod) => (pod.unhealthy === undefined ? [] : [event(app, pod, pod.unhealthy)])),
  }
}

function service(app: Application): Json {
  const { namespace, name, clusterIp } = app
  return {
    metadata: metadata({ kind: 'Service', namespace, name, labels: app.labels }, 400),
    spec: {
      type: 'ClusterIP',
      clusterIP: clusterIp,
      clusterIPs: [clusterIp],
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
      internalTrafficPolicy: 'Cluster',
      selector: app.selector,
      sessionAffinity: app.sessionAffinity,
      ports: [{ name: 'http', port: app.servicePort, protocol: 'TCP', targetPort: app.targetPort }],
    },
    status: { loadBalancer: {} },
  }
}

/** What the EndpointSlice controller would have written. */
function slice(app: Application): Json {
  const { namespace, name } = app
  const isSelected = Object.entries(app.selector).every(([key, value]) => app.labels[key] === value)
  const port =
    typeof app.targetPort === 'number'
      ? app.targetPort
      : app.container.ports.find((declared) => declared.name === app.targetPort)?.containerPort
  const pods = isSelected && port !== undefined ? [...app.pods, ...app.strays] : []
  return {
    metadata: metadata(
      {
        kind: 'EndpointSlice',
        namespace,
        name: `${name}-x7k2p`,
        labels: {
          'kubernetes.io/service-name': name,
          'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
        },
      },
      400,
    ),
    addressType: 'IPv4',
    ports: port === undefined ? [] : [{ name: 'http', port, protocol: 'TCP' }],
    endpoints: pods.map((pod) => ({
      addresses: [pod.address],
      conditions: { ready: pod.ready, serving: pod.ready, terminating: false },
      nodeName: pod.node,
      targetRef: { kind: 'Pod', namespace, name: pod.name, uid: uidOf('Pod', namespace, pod.name) },
    })),
  }
}

function deployment(app: Application): Json {
  const { namespace, name, labels, replicas } = app
  const ready = app.pods.filter((pod) => pod.ready).length
  return {
    metadata: metadata({ kind: 'Deployment', namespace, name, labels }, 2_500),
    spec: {
      replicas,
      progressDeadlineSeconds: 600,
      selector: { matchLabels: { app: name } },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
      template: { metadata: { labels }, spec: podSpec(app) },
    },
    status: {
      replicas: app.pods.length,
      readyReplicas: ready,
      updatedReplicas: app.pods.length,
      observedGeneration: 1,
    },
  }
}

function replicaSet(app: Application, revision: string, replicas: number): Json {
  const { namespace, name, labels } = app
  const owned = { ...labels, 'pod-template-hash': revision }
  const failure = replicas > 0 ? app.failure : undefined
  return {
    metadata: metadata(
      {
        kind: 'ReplicaSet',
        namespace,
        name: `${name}-${revision}`,
        labels: owned,
        owner: { kind: 'Deployment', name },
      },
      2_000,
    ),
    spec: {
      replicas,
      selector: { matchLabels: { app: name, 'pod-template-hash': revision } },
      template: { metadata: { labels: owned }, spec: podSpec(app) },
    },
    status: {
      replicas: replicas === 0 ? 0 : app.pods.length,
      observedGeneration: 1,
      ...(failure !== undefined && {
        conditions: [
          {
            type: 'ReplicaFailure',
            status: 'True',
            reason: 'FailedCreate',
            message: failure,
            lastTransitionTime: '2026-01-01T10:00:00Z',
          },
        ],
      }),
    },
  }
}

function podSpec(app: Application, suffix = ''): Json {
  const access = `kube-api-access${suffix}`
  const { container } = app
  return {
    containers: [
      {
        name: 'server',
        image: `registry.example.com/${app.namespace}/${app.name}:1.42.0`,
        imagePullPolicy: 'IfNotPresent',
        ...(container.command !== undefined && { command: container.command }),
        ports: container.ports.map((port) => ({ ...port, protocol: 'TCP' })),
        env: [
          ...Object.entries(app.dials).map(([name, value]) => ({ name, value })),
          { name: 'POD_IP', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'status.podIP' } } },
          { name: 'LOG_LEVEL', value: 'info' },
        ],
        envFrom: [{ configMapRef: { name: app.name } }],
        resources: { limits: { cpu: '1', memory: '512Mi' }, requests: { cpu: '100m', memory: '256Mi' } },
        ...(container.probe && {
          readinessProbe: {
            httpGet: { path: '/ready', port: 'http', scheme: 'HTTP' },
            periodSeconds: 10,
            failureThreshold: 3,
            timeoutSeconds: 1,
          },
          livenessProbe: {
            httpGet: { path: '/live', port: 'http', scheme: 'HTTP' },
            periodSeconds: 10,
            failureThreshold: 3,
            timeoutSeconds: 1,
          },
        }),
        terminationMessagePath: '/dev/termination-log',
        terminationMessagePolicy: 'File',
        volumeMounts: [
          {
            name: access,
            mountPath: '/var/run/secrets/kubernetes.io/serviceaccount',
            readOnly: true,
          },
        ],
      },
    ],
    dnsPolicy: 'ClusterFirst',
    restartPolicy: 'Always',
    schedulerName: 'default-scheduler',
    serviceAccountName: app.name,
    terminationGracePeriodSeconds: 30,
    tolerations: [
      {
        effect: 'NoExecute',
        key: 'node.kubernetes.io/not-ready',
        operator: 'Exists',
        tolerationSeconds: 300,
      },
      {
        effect: 'NoExecute',
        key: 'node.kubernetes.io/unreachable',
        operator: 'Exists',
        tolerationSeconds: 300,
      },
    ],
    volumes: [
      {
        name: access,
        projected: {
          defaultMode: 420,
          sources: [
            { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
            { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
            {
              downwardAPI: {
                items: [
                  { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' }, path: 'namespace' },
                ],
              },
            },
          ],
        },
      },
    ],
  }
}

/** Between 5 and 15 kB, most of it managedFields, as clusters send them. */
function podObject(app: Application, pod: PodDraft, random: () => number, isOwned: boolean): Json {
  const { namespace, name, labels } = app
  const since = new Date(Date.parse('2025-12-20T08:00:00Z') + Math.floor(random() * 900_000) * 1_000)
    .toISOString()
    .replace('.000Z', 'Z')
  const condition = (type: string, isTrue: boolean) => ({
    type,
    status: isTrue ? 'True' : 'False',
    lastTransitionTime: since,
  })
  const owner = isOwned ? { kind: 'ReplicaSet', name: `${name}-${hash}` } : undefined
  const stray = { command: ['sleep', '3600'], ports: [], probe: false }
  return {
    metadata: metadata(
      {
        kind: 'Pod',
        namespace,
        name: pod.name,
        labels: { ...labels, ...(isOwned && { 'pod-template-hash': hash }) },
        owner,
      },
      200 + random() * 8_000,
    ),
    spec: {
      ...podSpec(isOwned ? app : { ...app, container: stray, dials: {} }, `-${pod.name.slice(-5)}`),
      nodeName: pod.node,
    },
    status: {
      phase: 'Running',
      podIP: pod.address,
      podIPs: [{ ip: pod.address }],
      hostIP: nodeAddress(Number(pod.node.slice('node-'.length))),
      startTime: since,
      qosClass: 'Burstable',
      conditions: [
        condition('PodReadyToStartContainers', true),
        condition('Initialized', true),
        condition('Ready', pod.ready),
        condition('ContainersReady', pod.ready),
        condition('PodScheduled', true),
      ],
      containerStatuses: [
        {
          name: 'server',
          image: `registry.example.com/${namespace}/${name}:1.42.0`,
          imageID: `registry.example.com/${namespace}/${name}@sha256:0d7c4f6b0f3a9a6b3c1f5d8e7a2b4c6d8e0f1a3b5c7d9e1f2a4b6c8d0e2f4a6b`,
          containerID: 'containerd://9f8e7d6c5b4a39281706f5e4d3c2b1a09f8e7d6c5b4a39281706f5e4d3c2b1a0',
          ready: pod.ready,
          started: pod.waiting === undefined,
          restartCount: pod.waiting === undefined ? 0 : 7,
          state:
            pod.waiting === undefined
              ? { running: { startedAt: since } }
              : { waiting: { reason: pod.waiting, message: 'back-off 5m0s restarting failed container' } },
          lastState:
            pod.waiting === undefined
              ? {}
              : {
                  terminated: {
                    exitCode: 1,
                    reason: 'Error',
                    startedAt: '2026-01-01T11:58:00Z',
                    finishedAt: '2026-01-01T11:58:01Z',
                  },
                },
        },
      ],
    },
  }
}

function configMap(namespace: string, name: string, random: () => number): Json {
  const lines = Array.from(
    { length: 10 + Math.floor(random() * 60) },
    (_, line) => `setting.${line}.of.${name} = value number ${line}`,
  )
  return {
    metadata: metadata({ kind: 'ConfigMap', namespace, name }, 200),
    data: {
      'application.properties': lines.join('\n'),
      BACKUP_HOST: 'backup.example.com',
      FEATURE_FLAGS: 'a,b,c',
    },
  }
}

function event(app: Application, pod: PodDraft, message: string): Json {
  const { namespace } = app
  return {
    metadata: metadata({ kind: 'Event', namespace, name: `${pod.name}.unhealthy` }, 200),
    type: 'Warning',
    reason: 'Unhealthy',
    message,
    count: 40,
    firstTimestamp: '2026-01-01T11:00:00Z',
    lastTimestamp: '2026-01-01T11:59:50Z',
    involvedObject: {
      apiVersion: 'v1',
      kind: 'Pod',
      namespace,
      name: pod.name,
      uid: uidOf('Pod', namespace, pod.name),
      fieldPath: 'spec.containers{server}',
    },
    source: { component: 'kubelet', host: pod.node },
  }
}

/** The objects of a namespace besides its applications. Three of ten fence themselves in. */
export function namespaceObjects(name: string, index: number): Readonly<Record<string, readonly Json[]>> {
  const policy = (policyName: string, spec: Json): Json => ({
    metadata: metadata({ kind: 'NetworkPolicy', namespace: name, name: policyName }, 300),
    spec,
  })
  const own = { namespaceSelector: {} }
  const policies = isFenced(index)
    ? [
        policy('default-deny', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] }),
        policy('allow-dns', {
          podSelector: {},
          policyTypes: ['Egress'],
          egress: [
            {
              to: [own],
              ports: [
                { protocol: 'UDP', port: 53 },
                { protocol: 'TCP', port: 53 },
              ],
            },
          ],
        }),
        policy('allow-web', {
          podSelector: {},
          policyTypes: ['Ingress', 'Egress'],
          ingress: [{ from: [own], ports: [{ protocol: 'TCP', port: 8080 }] }],
          egress: [
            { to: [own], ports: [{ protocol: 'TCP', port: 8080 }] },
            { to: [{ ipBlock: { cidr: '0.0.0.0/0', except: ['10.0.0.0/8'] } }] },
          ],
        }),
      ]
    : []
  return {
    Namespace: [
      {
        metadata: metadata(
          { kind: 'Namespace', name, labels: { 'kubernetes.io/metadata.name': name, team: name } },
          200,
        ),
        spec: { finalizers: ['kubernetes'] },
        status: { phase: 'Active' },
      },
    ],
    NetworkPolicy: policies,
  }
}

export function nodeObject(index: number): Json {
  const name = nodeName(index)
  const range = podRange(index)
  const condition = (type: string, status: string) => ({
    type,
    status,
    lastHeartbeatTime: takenAt,
    lastTransitionTime: '2025-12-01T08:00:00Z',
  })
  return {
    metadata: metadata(
      {
        kind: 'Node',
        name,
        labels: { 'kubernetes.io/hostname': name, 'topology.kubernetes.io/zone': 'zone-a' },
      },
      1_500,
    ),
    spec: { podCIDR: `${range}.0/24`, podCIDRs: [`${range}.0/24`] },
    status: {
      addresses: [
        { type: 'InternalIP', address: nodeAddress(index) },
        { type: 'Hostname', address: name },
      ],
      conditions: [
        condition('MemoryPressure', 'False'),
        condition('DiskPressure', 'False'),
        condition('Ready', 'True'),
      ],
    },
  }
}

/** CoreDNS behind its Service, as every cluster has it. */
export function clusterDns(): Readonly<Record<string, readonly Json[]>> {
  const namespace = 'kube-system'
  const labels = { 'k8s-app': 'kube-dns' }
  const ports = [
    { name: 'dns', port: 53, protocol: 'UDP' },
    { name: 'dns-tcp', port: 53, protocol: 'TCP' },
  ]
  const names = ['coredns-5d78c9869d-abcde', 'coredns-5d78c9869d-fghij']
  const addresses = ['10.0.0.251', '10.0.1.251']
  const template = {
    metadata: { labels },
    spec: {
      dnsPolicy: 'Default',
      containers: [
        {
          name: 'coredns',
          image: 'registry.k8s.io/coredns/coredns:v1.12.0',
          ports: ports.map(({ name, port, protocol }) => ({ name, containerPort: port, protocol })),
          readinessProbe: { httpGet: { path: '/ready', port: 8181 } },
        },
      ],
    },
  }
  return {
    Namespace: [
      {
        metadata: metadata({
          kind: 'Namespace',
          name: namespace,
          labels: { 'kubernetes.io/metadata.name': namespace },
        }),
        status: { phase: 'Active' },
      },
    ],
    Service: [
      {
        metadata: metadata({ kind: 'Service', namespace, name: 'kube-dns', labels }),
        spec: {
          type: 'ClusterIP',
          clusterIP: '172.20.255.10',
          clusterIPs: ['172.20.255.10'],
          selector: labels,
          ports: ports.map((port) => ({ ...port, targetPort: port.port })),
        },
      },
    ],
    EndpointSlice: [
      {
        metadata: metadata({
          kind: 'EndpointSlice',
          namespace,
          name: 'kube-dns-abcde',
          labels: {
            'kubernetes.io/service-name': 'kube-dns',
            'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
          },
        }),
        addressType: 'IPv4',
        ports,
        endpoints: names.map((name, index) => ({
          addresses: [addresses[index]],
          conditions: { ready: true, serving: true, terminating: false },
          nodeName: nodeName(index),
          targetRef: { kind: 'Pod', namespace, name, uid: uidOf('Pod', namespace, name) },
        })),
      },
    ],
    Deployment: [
      {
        metadata: metadata({ kind: 'Deployment', namespace, name: 'coredns', labels }),
        spec: { replicas: 2, selector: { matchLabels: labels }, template },
        status: { replicas: 2, readyReplicas: 2 },
      },
    ],
    ReplicaSet: [
      {
        metadata: metadata({
          kind: 'ReplicaSet',
          namespace,
          name: 'coredns-5d78c9869d',
          labels,
          owner: { kind: 'Deployment', name: 'coredns' },
        }),
        spec: { replicas: 2, selector: { matchLabels: labels }, template },
        status: { replicas: 2 },
      },
    ],
    Pod: names.map((name, index) => ({
      metadata: metadata(
        { kind: 'Pod', namespace, name, labels, owner: { kind: 'ReplicaSet', name: 'coredns-5d78c9869d' } },
        3_000,
      ),
      spec: { ...template.spec, nodeName: nodeName(index) },
      status: {
        phase: 'Running',
        podIP: addresses[index],
        podIPs: [{ ip: addresses[index] }],
        conditions: [{ type: 'Ready', status: 'True' }],
        containerStatuses: [
          {
            name: 'coredns',
            ready: true,
            started: true,
            restartCount: 0,
            state: { running: {} },
            lastState: {},
          },
        ],
      },
    })),
  }
}
