import { describe, expect, it } from 'vitest'
import { recording, run } from './run.ts'

const incident = recording('incident')

describe('wrong words on the command line', () => {
  it.each([
    [['foo'], 'there is no command "foo"'],
    [['sv'], 'there is no command "sv": did you mean svc?'],
    [['--foo'], 'unknown flag --foo'],
    [['scan', '--foo-bar=3'], 'unknown flag --foo-bar'],
    [['-x'], 'unknown flag -x'],
    [['scan', '--no-color'], 'unknown flag --no-color'],
    [['scan', '--no-headers'], 'unknown flag --no-headers'],
    [['svc'], 'svc: a name is missing'],
    [['svc', 'a', 'b'], 'svc: one word too many, "b"'],
    [['from', 'deploy', 'a', 'b'], 'from: one word too many, "b"'],
    [['scan', '-n'], '-n lacks its value'],
    [['scan', '-o', 'html'], '--output "html": use table, wide, json, yaml or markdown'],
    [['scan', '--fail-on', 'all'], '--fail-on "all": use error, warning, note or never'],
    [['demo', '-n', 'x'], 'unknown flag -n'],
    [['svc', '--', '--strict'], '"--strict" is not a name'],
    [['policy', '--frm', 'x'], 'unknown flag --frm'],
    [['policy', '--from', 'web:80', '--to', 'x'], '--from web:80: the port belongs to --to'],
  ])('%j is one line and exit 2', async (words, message) => {
    const { stdout, stderr, code } = await run(words)
    // The help of the command that was meant, where one is named.
    const [first = ''] = words
    const help = ['scan', 'svc', 'from', 'policy'].includes(first) ? `${first} --help` : '--help'
    expect({ stdout, stderr, code }).toEqual({
      stdout: '',
      stderr: `netdoctor: ${message} (kubectl netdoctor ${help})\n`,
      code: 2,
    })
  })

  it('examples in the help stand on one line each, to be pasted', async () => {
    const { stdout } = await run(['policy', '--help'])
    expect(stdout).toContain(
      '\n  kubectl netdoctor policy --from deploy/web --to svc/auth:80\n      one verdict, and why\n',
    )
    expect(stdout).toContain('- {from: shop/deploy/web, to: shop/svc/auth:80, expect: allow}')
  })

  it.each([
    [['svc', 'payment-service'], /^✗ payment-service\.velocitytech-prod: /],
    [['policy', '--to', 'auth-service'], /^svc\/auth-service:80 may be reached by 3 of 7 workloads/],
    [['from', 'deploy/order-service'], /^✗ deploy\/order-service: all 3 connections fail/],
  ])('demo takes any question about the built-in incident: %j', async (words, begins) => {
    const { stdout, stderr } = await run(['demo', ...words])
    expect(stdout).toMatch(begins)
    expect(stderr).toBe('')
  })

  it('a Service is named as everywhere, with or without its port', async () => {
    const asked = ['svc/auth-service:80', 'svc/auth-service', 'auth-service:80/TCP', 'auth-service']
    const answers = await Promise.all(asked.map((name) => run(['demo', 'svc', name])))
    expect(new Set(answers.map(({ stdout }) => stdout)).size).toBe(1)
    expect(answers[0]?.stdout).toMatch(/^✗ auth-service\.velocitytech-prod: /)
  })

  it('speaks English in every locale', async () => {
    const { stderr } = await run(['--foo'], { env: { LC_ALL: 'de_DE.UTF-8', LANG: 'de_DE.UTF-8' } })
    expect(stderr).toBe('netdoctor: unknown flag --foo (kubectl netdoctor --help)\n')
  })

  it.each([
    [['-o', 'json', '-o', 'yaml'], /^schema: netdoctor\/v1\n/],
    [['-A', '-A', '--complete', '--complete', '--strict', '--strict'], /^✗ all namespaces: /],
    [['--color', 'always', '--color', 'never'], /^✗ all namespaces: /],
  ])('of %j the last counts', async (words, begins) => {
    const { stdout, code } = await run(['-f', incident, ...words])
    expect(stdout).toMatch(begins)
    expect(code).toBe(1)
  })
})

describe('names that do not exist', () => {
  it.each([
    [
      ['svc', 'auth-servic'],
      'service "auth-servic" does not exist in these files: did you mean velocitytech-prod/auth-service or velocitytech-prod/auth-service-monitored?',
    ],
    [
      ['svc', 'auth-servic', '-n', 'velocitytech-prod'],
      'service "auth-servic" does not exist in namespace "velocitytech-prod": did you mean auth-service or auth-service-monitored?',
    ],
    [
      ['svc', 'auth-service', '-n', 'kube-system'],
      'service "auth-service" does not exist in namespace "kube-system": did you mean velocitytech-prod/auth-service?',
    ],
    [['svc', 'zzz', '-n', 'kube-system'], 'service "zzz" does not exist in namespace "kube-system"'],
    [
      ['from', 'deploy/order-servic', '-n', 'velocitytech-prod'],
      'deployment "order-servic" does not exist in namespace "velocitytech-prod": did you mean deployment/order-service?',
    ],
    [
      ['from', 'sts/order-service', '-n', 'velocitytech-prod'],
      'statefulset "order-service" does not exist in namespace "velocitytech-prod": did you mean deployment/order-service?',
    ],
    [
      ['svc', 'auth-service', '-n', 'velocitytech-prd'],
      'namespace "velocitytech-prd" does not exist in the files given: did you mean velocitytech-prod?',
    ],
    [['svc', 'prod/auth-service'], /^namespace "prod" does not exist in the files given: /],
    [
      ['svc', 'deploy/auth-service'],
      'svc takes the name of a Service, not of a Deployment: for a client use "kubectl netdoctor from deployment/auth-service"',
    ],
    [
      ['from', 'svc/auth-service'],
      'from takes what runs pods, such as deploy/web, not a Service: for a Service use "kubectl netdoctor svc auth-service"',
    ],
    [['from', 'ing/web'], 'from takes what runs pods, such as deploy/web, not an Ingress'],
    [['from', 'cm/settings'], 'from takes what runs pods, such as deploy/web, not a ConfigMap'],
    [
      ['from', 'dploy', 'web'],
      '"dploy" is not a resource type that netdoctor knows: use svc, deploy, sts, ds, pod, ...',
    ],
    [['svc', 'a/b/c/d'], /^"a\/b\/c\/d" is not of the form /],
    [['svc', '/x'], /^"\/x" is not of the form /],
  ])('%j', async (words, message) => {
    const { stdout, stderr, code } = await run([...words, '-f', incident])
    expect({ stdout, code }).toEqual({ stdout: '', code: 2 })
    expect(stderr).toMatch(/^netdoctor: [^\n]*\n$/)
    const said = stderr.slice('netdoctor: '.length).trimEnd()
    if (typeof message === 'string') expect(said).toBe(message)
    else expect(said).toMatch(message)
  })

  it.each([
    ['svc', 'auth-service.velocitytech-prod'],
    ['svc', 'auth-service.velocitytech-prod.svc.cluster.local'],
  ])('%s %s is the name that clients dial', async (...words) => {
    const { stdout } = await run([...words, '-f', incident])
    expect(stdout).toMatch(/^✗ auth-service\.velocitytech-prod: 4 of 5 connections fail\n/)
  })

  it.each([
    'pod/order-service-f5755c6c9-q824p',
    'order-service-f5755c6c9-q824p',
    'rs/order-service-dc5fd7cb',
    'order-service-f5755c6c9',
  ])('from %s means the Deployment that made it', async (name) => {
    const { stdout } = await run(['from', name, '-f', incident])
    expect(stdout).toMatch(/^✗ deploy\/order-service: /)
  })

  it('without a kubeconfig says what to do', async () => {
    const { stderr, code } = await run([])
    expect(stderr).toBe(
      'netdoctor: no kubeconfig found (looked for /nonexistent/kubeconfig): set KUBECONFIG or give --kubeconfig, or diagnose files with -f\n',
    )
    expect(code).toBe(2)
  })
})

describe('rules and explain', () => {
  it('rules lists every rule with its severity', async () => {
    const { stdout, code } = await run(['rules', '-o', 'json'])
    const rules: unknown = JSON.parse(stdout)
    expect(rules).toContainEqual(
      expect.objectContaining({ id: 'service/selector-near-miss', severity: 'error', subject: 'Service' }),
    )
    expect(code).toBe(0)
    const table = await run(['rules'])
    expect(table.stdout).toMatch(/^ {2}RULE +SEVERITY +WHAT IS WRONG\n/)
    expect(table.stdout).toMatch(/^ {2}service\/selector-near-miss +error +/m)
    // Titles are broken at spaces, never shortened.
    expect(table.stdout).not.toContain('…')
  })

  it.each(['service/selector-near-miss', 'selector-near-miss'])('explain %s', async (name) => {
    const { stdout, code } = await run(['explain', name])
    expect(stdout).toMatch(/^§ .*service\/selector-near-miss\n/)
    for (const label of ['severity', 'means', 'why', 'proof', 'fix', 'false alarm'])
      expect(stdout).toMatch(new RegExp(`^  ${label} `, 'm'))
    expect(code).toBe(0)
  })

  it.each(['json', 'yaml', 'markdown'])('explain -o %s', async (format) => {
    const { stdout, code } = await run(['explain', 'selector-near-miss', '-o', format])
    expect(stdout).toContain('service/selector-near-miss')
    expect(code).toBe(0)
  })

  it('explain takes --color as every command does', async () => {
    const { stdout } = await run(['explain', 'selector-near-miss', '--color', 'always'])
    expect(stdout).toContain('\u001b[')
  })

  it.each([
    ['near-mis', /^netdoctor: there is no rule "near-mis": did you mean /],
    ['service/selector-near-mis', /did you mean service\/selector-near-miss/],
    ['qqqqqqqq', /^netdoctor: there is no rule "qqqqqqqq": kubectl netdoctor rules lists them\n$/],
    ['\u001b[2J', /^netdoctor: there is no rule "\\u\{1b\}\[2J": /],
  ])('explain %j: a near miss', async (name, message) => {
    const { stdout, stderr, code } = await run(['explain', name])
    expect({ stdout, code }).toEqual({ stdout: '', code: 2 })
    expect(stderr).toMatch(message)
  })
})

it('svc of a Service that is missing says who misses it, and what to ask next', async () => {
  const { stdout, stderr, code } = await run([
    'svc',
    'ward-service',
    '-f',
    'fixtures/scenarios/service-deleted.json.gz',
  ])
  expect({ stdout, code }).toEqual({ stdout: '', code: 2 })
  expect(stderr).toBe(
    'netdoctor: service "ward-service" does not exist in namespace "clinic-apac-gdh", but deployment/imaging-service ' +
      'and 1 more dial it: see kubectl netdoctor -n clinic-apac-gdh from deployment/imaging-service\n',
  )
})
